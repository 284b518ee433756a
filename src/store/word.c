/* word.c: the words of the contract that rows are marked with. */
#include "store/word.h"

#include <stddef.h>

const char *
store_state_word(enum store_state state)
{
	switch (state) {
	case STORE_FAILED:
		return "failed";
	case STORE_QUEUED:
		return "queued";
	case STORE_SENT:
		return "sent";
	case STORE_DELIVERED:
		return "delivered";
	case STORE_OPENED:
		return "opened";
	}
	return NULL;
}

const char *
store_receipt_word(enum store_receipt receipt)
{
	switch (receipt) {
	case STORE_NO_RECEIPT:
		return "none";
	case STORE_REPORTED:
		return "reported";
	case STORE_SIGNED_RECEIPT:
		return "signed";
	}
	return NULL;
}

const char *
store_encryption_word(enum store_encryption encryption)
{
	switch (encryption) {
	case STORE_NOT_ENCRYPTED:
		return "none";
	case STORE_RSA1024_BLOWFISH128:
		return "rsa1024-blowfish128";
	case STORE_RSA2048_AES256:
		return "rsa2048-aes256";
	case STORE_CAM1:
		return "cam1";
	}
	return NULL;
}

const char *
store_stage_word(enum store_stage stage)
{
	switch (stage) {
	case STORE_OFFERED:
		return "offered";
	case STORE_WAITING:
		return "waiting";
	case STORE_RUNNING:
		return "running";
	case STORE_DONE:
		return "done";
	case STORE_BROKEN:
		return "failed";
	case STORE_CANCELLED:
		return "cancelled";
	case STORE_EXPIRED:
		return "expired";
	}
	return NULL;
}

const char *
store_signed_word(enum store_signed signature)
{
	switch (signature) {
	case STORE_UNSIGNED:
		return "unsigned";
	case STORE_BAD:
		return "bad";
	case STORE_PINNED:
		return "pinned";
	case STORE_VERIFIED:
		return "verified";
	}
	return NULL;
}

const char *
store_kind_word(enum store_kind kind)
{
	switch (kind) {
	case STORE_FILE:
		return "file";
	case STORE_FOLDER:
		return "folder";
	case STORE_IMAGE:
		return "image";
	}
	return NULL;
}
