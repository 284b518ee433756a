/* word.h: the words of the contract that rows are marked with, kept as small
 * numbers. */
#ifndef CAM_STORE_WORD_H
#define CAM_STORE_WORD_H

/* The numbers are in databases: new ones go to the end. */
enum store_state {
	STORE_FAILED,
	STORE_QUEUED,
	STORE_SENT,
	STORE_DELIVERED,
	STORE_OPENED
};
enum store_receipt { STORE_NO_RECEIPT, STORE_REPORTED, STORE_SIGNED_RECEIPT };
enum store_encryption {
	STORE_NOT_ENCRYPTED,
	STORE_RSA1024_BLOWFISH128,
	STORE_RSA2048_AES256,
	STORE_CAM1,
};
enum store_signed { STORE_UNSIGNED, STORE_BAD, STORE_PINNED, STORE_VERIFIED };
enum store_kind { STORE_FILE, STORE_FOLDER, STORE_IMAGE };
/* Of a transfer; the numbers are in databases, too. */
enum store_stage {
	STORE_OFFERED,
	STORE_WAITING, /* accepted, or broken off: it will go on */
	STORE_RUNNING,
	STORE_DONE,
	STORE_BROKEN, /* "failed" */
	STORE_CANCELLED,
	STORE_EXPIRED,
};
/* What a row among the messages is; no words of the contract. */
enum store_type { STORE_MESSAGE, STORE_EDIT, STORE_DELETION, STORE_CALL };

/* The words of the contract, "delivered", "rsa2048-aes256" ...; other numbers
 * give NULL. */
const char *store_state_word(enum store_state state);
const char *store_receipt_word(enum store_receipt receipt);
const char *store_encryption_word(enum store_encryption encryption);
const char *store_signed_word(enum store_signed signature);
const char *store_kind_word(enum store_kind kind);
const char *store_stage_word(enum store_stage stage);

#endif
