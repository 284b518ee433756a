/* limits.h: every maximum in one place (threat model L1-L3). */
#ifndef CAM_LIMITS_H
#define CAM_LIMITS_H

/* What a peer can send us on the LAN. Sizes in bytes. */
enum {
	LIMIT_DATAGRAM = 65507,
	LIMIT_DATAGRAM_SENT = 32767, /* Windows takes no more (reference 1.3) */
	LIMIT_DATAGRAM_IPTUX = 7500, /* iptux cuts longer ones, unsaid */
	LIMIT_NAME = 255,     /* user, host, nick, group after decoding */
	LIMIT_NAME_SENT = 79, /* what Windows keeps of ours */
	LIMIT_VERSION_TEXT = 255,
	LIMIT_ABSENCE_TEXT = 4096,
	LIMIT_BODY_LEGACY = 64 * 1024,
	LIMIT_ATTACHMENTS = 256,
	LIMIT_ATTRIBUTES = 16, /* extended ones, an entry */
	LIMIT_FILE_NAME = 765,
	LIMIT_FILE_REQUEST = 8192, /* over TCP, the whole packet */
	LIMIT_TO_LIST = 30,
	LIMIT_TO_LIST_BYTES = 3072,
	LIMIT_HOST_LIST = 20000, /* entries an exchange */
	LIMIT_HOST_LIST_BYTES = 4 * 1024 * 1024,
	LIMIT_IPDICT_DEPTH = 8,
	LIMIT_IPDICT_KEYS = 256,
	LIMIT_IPDICT_TCP = 64 * 1024,
	LIMIT_STREAM_HEADER = 8192, /* of a folder stream's record */
	LIMIT_STREAM_DEPTH = 64,
	LIMIT_STREAM_ENTRIES = 100000,
	LIMIT_UTF8_LINES = 32,
	LIMIT_TREE_DEPTH = 64,	      /* folders in folders, either way */
	LIMIT_TREE_ENTRIES = 1000000, /* of a folder between two camd */
};

/* Budgets of senders without a pinned key (threat model L2), a second. */
enum {
	BUDGET_DATAGRAMS_SOURCE = 50,
	BUDGET_DATAGRAMS_NETWORK = 5000, /* of one /24 or /64 */
	BUDGET_DATAGRAMS = 20000,
	BUDGET_RSA_SOURCE = 20,
	BUDGET_RSA = 400,
	BUDGET_NEW_PEERS_SOURCE = 5,
	BUDGET_HANDSHAKES_SOURCE = 10, /* of TLS */
	BUDGET_HANDSHAKES = 200,
};

/* Tables (threat model L3). */
enum {
	LIMIT_PEERS = 120000,
	LIMIT_PEERS_UNPINNED_SOURCE = 16, /* of one address */
	LIMIT_USER_KEYS_SOURCE = 1024,	  /* of one address */
	LIMIT_MESSAGE_TEXT = 1024 * 1024,
	LIMIT_RPC_LINE = 8 * 1024 * 1024,
	LIMIT_RPC_CLIENTS = 256,
	LIMIT_RPC_QUEUE = 16 * 1024 * 1024, /* unread output of one client */
	LIMIT_RPC_CALLS = 1024, /* of one client, not yet answered */
	LIMIT_JSON_DEPTH = 32,
	LIMIT_JSON_VALUES = 1024 * 1024, /* in one line */
	LIMIT_TCP_SOURCE = 16,		 /* connections not yet greeted */
	LIMIT_TCP = 512,
	LIMIT_LINKS = 4096,		 /* greeted */
	LIMIT_LINKS_DIALLED = 64,	 /* at a time */
	LIMIT_LINK_STRANGER = 64 * 1024, /* bytes before it is greeted */
};

/* Calls. */
enum {
	LIMIT_CALLS = 8,	   /* of one camd, ringing ones included */
	LIMIT_CALLS_RINGING = 3,   /* that we have not answered */
	LIMIT_CALL_TEXT = 1024,	   /* bytes, of who declines */
	LIMIT_CALL_MEMBERS = 6,	   /* oneself included */
	LIMIT_MEDIA_STREAMS = 8,   /* of one sender */
	LIMIT_MEDIA_CNAME = 64,	   /* bytes */
	LIMIT_TONE_HZ = 8000,	   /* of a made tone */
	LIMIT_MEDIA_PACKET = 1500, /* bytes of one RTP or RTCP packet */
};

/* Pictures of calls. */
enum {
	LIMIT_PICTURE_SIDE = 4096, /* pixels */
	LIMIT_PICTURE_PIXELS = 4096 * 2304,
	LIMIT_PICTURE_COLUMNS = 1000, /* of a terminal */
	LIMIT_PICTURE_ROWS = 500,
	LIMIT_Y4M_HEADER = 1024, /* bytes of its first line */
};

/* Files and folders of our own. Sizes in bytes. */
enum {
	LIMIT_INI_FILE = 1024 * 1024,
	LIMIT_INI_KEY = 255,
	LIMIT_INI_VALUE = 4096,
	LIMIT_PATH = 4096,
};

#endif
