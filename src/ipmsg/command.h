/* command.h: command numbers, option bits and their names (protocol reference
 * 2, 3). */
#ifndef CAM_COMMAND_H
#define CAM_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

/* The low byte of the number on the wire. */
enum command {
	COMMAND_NOOPERATION = 0x00,
	COMMAND_BR_ENTRY = 0x01,
	COMMAND_BR_EXIT = 0x02,
	COMMAND_ANSENTRY = 0x03,
	COMMAND_BR_ABSENCE = 0x04,
	COMMAND_BR_ISGETLIST = 0x10,
	COMMAND_OKGETLIST = 0x11,
	COMMAND_GETLIST = 0x12,
	COMMAND_ANSLIST = 0x13,
	COMMAND_ANSLIST_DICT = 0x14,
	COMMAND_BR_ISGETLIST2 = 0x18,
	COMMAND_SENDMSG = 0x20,
	COMMAND_RECVMSG = 0x21,
	COMMAND_READMSG = 0x30,
	COMMAND_DELMSG = 0x31,
	COMMAND_ANSREADMSG = 0x32,
	COMMAND_GETINFO = 0x40,
	COMMAND_SENDINFO = 0x41,
	COMMAND_GETABSENCEINFO = 0x50,
	COMMAND_SENDABSENCEINFO = 0x51,
	COMMAND_GETFILEDATA = 0x60,
	COMMAND_RELEASEFILES = 0x61,
	COMMAND_GETDIRFILES = 0x62,
	COMMAND_DIRFILES_AUTH = 0x63,
	COMMAND_DIRFILES_AUTHRET = 0x64,
	COMMAND_GETPUBKEY = 0x72,
	COMMAND_ANSPUBKEY = 0x73,
	COMMAND_FEIQ_OPENED = 0x77,
	COMMAND_FEIQ_TYPING = 0x79,
	COMMAND_FEIQ_TYPED = 0x7a,
	COMMAND_AGENT_REQ = 0xa0,
	COMMAND_AGENT_ANSREQ = 0xa1,
	COMMAND_AGENT_PACKET = 0xa2,
	COMMAND_AGENT_PROXYREQ = 0xa3,
	COMMAND_DIR_POLL = 0xb0,
	COMMAND_DIR_POLLAGENT = 0xb1,
	COMMAND_DIR_BROADCAST = 0xb2,
	COMMAND_DIR_ANSBROAD = 0xb3,
	COMMAND_DIR_PACKET = 0xb4,
	COMMAND_DIR_REQUEST = 0xb5,
	COMMAND_DIR_AGENTPACKET = 0xb6,
	COMMAND_DIR_EVBROAD = 0xb7,
	COMMAND_DIR_AGENTREJECT = 0xb8,
	COMMAND_FEIQ_IMAGE = 0xc0,
	COMMAND_FEIQ_SHAKE = 0xd1,
	COMMAND_IPTUX_TEXT = 0xfb,
};

/* Options of entry packets, and a host's status in lists (3.1). */
enum status_option {
	STATUS_ABSENCE = 0x00000100,
	STATUS_SERVER = 0x00000200,
	STATUS_DIALUP = 0x00010000,
	STATUS_CAPFILEENC = 0x00040000,
	STATUS_FILEATTACH = 0x00200000,
	STATUS_ENCRYPT = 0x00400000,
	STATUS_UTF8 = 0x00800000,
	STATUS_CAPUTF8 = 0x01000000,
	STATUS_CAPIPDICT = 0x02000000,
	STATUS_ENCEXTMSG = 0x04000000,
	STATUS_CLIPBOARD = 0x08000000,
	STATUS_MASTER = 0x10000000,
	/* What of an entry packet is kept as the peer's status (2.1). */
	STATUS_MASK = 0x1f650300,
};

/* Options of SENDMSG, READMSG and GETPUBKEY (3.2). */
enum message_option {
	MESSAGE_SENDCHECK = 0x00000100,
	MESSAGE_SECRET = 0x00000200,
	MESSAGE_BROADCAST = 0x00000400,
	MESSAGE_MULTICAST = 0x00000800,
	MESSAGE_NOPOPUP = 0x00001000,
	MESSAGE_AUTORET = 0x00002000,
	MESSAGE_RETRY = 0x00004000, /* of BR_ISGETLIST2 */
	MESSAGE_PASSWORD = 0x00008000,
	MESSAGE_NOLOG = 0x00020000,
	MESSAGE_NEWMULTI = 0x00040000,
	MESSAGE_NOADDLIST = 0x00080000,
	MESSAGE_READCHECK = 0x00100000,
	MESSAGE_FILEATTACH = 0x00200000,
	MESSAGE_ENCRYPT = 0x00400000,
	MESSAGE_UTF8 = 0x00800000,
	MESSAGE_CAPUTF8 = 0x01000000,
	MESSAGE_ENCEXTMSG = 0x04000000,
};

/* Options of GETFILEDATA and GETDIRFILES (4.5). */
enum request_option {
	REQUEST_ENCFILE = 0x00000800,
	REQUEST_FILEATTACH = 0x00200000, /* iptux's, means nothing */
	REQUEST_ENCRYPT = 0x00400000,
	REQUEST_UTF8 = 0x00800000,
};

/* Which of the tables above the upper 24 bits belong to: the same bit means
 * different things. */
enum command_kind { KIND_STATUS, KIND_MESSAGE, KIND_REQUEST };

static inline uint32_t
command_mode(uint32_t command)
{
	return command & 0xff;
}

enum command_kind command_kind(uint32_t command);

/* BR_ENTRY, BR_EXIT, ANSENTRY, BR_ABSENCE, NOOPERATION: what carries a
 * presence. */
bool command_is_entry(uint32_t command);

/* Answers another packet, or bears AUTORET or BROADCAST: nothing automatic may
 * answer it (threat model N3). */
bool command_is_answer(uint32_t command);

/* "BR_ENTRY"; NULL for numbers without an official name. The option bits do not
 * matter. */
const char *command_name(uint32_t command);
/* The name, or "0x77". */
enum { COMMAND_TEXT_SIZE = 32 };
void command_text(uint32_t command, char text[COMMAND_TEXT_SIZE]);

/* "SENDCHECKOPT" for one bit (8 .. 31) of command, in that command's meaning;
 * NULL where it has none. */
const char *command_option_name(uint32_t command, unsigned bit);

#endif
