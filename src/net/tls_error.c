/* tls_error.c: what went wrong, in our terms. */
#include <errno.h>

#include <openssl/err.h>

#include "base/err.h"
#include "net/tls_private.h"

/* The peer's certificate was missing or not as it must be; or the peer says so
 * of ours. */
static bool
is_about_key(int reason)
{
	switch (reason) {
	case SSL_R_CERTIFICATE_VERIFY_FAILED:
	case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
	case SSL_R_BAD_SIGNATURE:
	case SSL_R_WRONG_SIGNATURE_TYPE:
	case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
	case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
	case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
	case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
	case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
	case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
		return true;
	default:
		return false;
	}
}

int
tls_error(bool in_handshake)
{
	unsigned long error = ERR_peek_error();
	int reason = ERR_GET_REASON(error), err = CAM_ERR_SYSTEM;

	if (error == 0 || ERR_SYSTEM_ERROR(error)) {
		/* The system's own error, or an end without any word. */
		if (errno == 0)
			errno = ECONNRESET;
	} else if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
		errno = ECONNRESET;
	} else if (is_about_key(reason)) {
		err = CAM_ERR_KEY;
	} else if (in_handshake) {
		err = CAM_ERR_VERSION;
	} else {
		errno = EPROTO;
	}
	ERR_clear_error();
	return err;
}
