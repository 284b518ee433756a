/* bare.h: what a messenger cannot do without, and nothing else: the anchor of
 * the message benches.
 *
 * RSA-2048 with AES-256-CBC and a SHA-256 signature in IPMSG's form, and a
 * SQLite table that is durable at each commit, by plain calls of the libraries.
 */
#ifndef CAM_BARE_H
#define CAM_BARE_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <sqlite3.h>

#include "bench.h"
#include "crypto/rsa.h"

enum { BARE_TEXT = 200, BARE_PACKET = 2048, BARE_BLOCK = 256 };

/* -- keys --------------------------------------------------------------------
 */

/* Reads count keys from a file, or makes them and the file: making them takes
 * longer than measuring. */
static inline void
bare_keys(const char *path, EVP_PKEY **keys, size_t count)
{
	FILE *file = fopen(path, "r");
	size_t have = 0;

	while (file && have < count &&
	       (keys[have] = PEM_read_PrivateKey(file, NULL, NULL, NULL)))
		have++;
	if (file)
		fclose(file);
	if (have == count)
		return;
	file = fopen(path, "w");
	if (!file)
		die("cannot write %s", path);
	for (size_t i = 0; i < count; i++) {
		if (i >= have)
			keys[i] = EVP_RSA_gen(2048);
		if (!keys[i] || !PEM_write_PrivateKey(
				    file, keys[i], NULL, NULL, 0, NULL, NULL))
			die("cannot make keys");
	}
	fclose(file);
}

static inline void
bare_modulus(EVP_PKEY *key, unsigned char modulus[BARE_BLOCK])
{
	BIGNUM *n = NULL;

	if (!EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) ||
	    BN_bn2binpad(n, modulus, BARE_BLOCK) != BARE_BLOCK)
		die("a key without modulus");
	BN_free(n);
}

/* "name-<fingerprint>" */
static inline void
bare_user(EVP_PKEY *key, const char *name, char *user, size_t size)
{
	unsigned char modulus[BARE_BLOCK];
	char fingerprint[RSA_FINGERPRINT_SIZE];
	struct rsa_public *public = NULL;

	bare_modulus(key, modulus);
	if (rsa_public_new(
		(struct span){ modulus, BARE_BLOCK }, 65537, &public) != 0)
		die("rsa_public_new");
	rsa_public_fingerprint(public, fingerprint);
	rsa_public_free(public);
	snprintf(user, size, "%s-<%s>", name, fingerprint);
}

/* A public key from modulus digits in hex, as ANSPUBKEY has it. */
static inline EVP_PKEY *
bare_public(const char *hex)
{
	OSSL_PARAM params[3];
	unsigned char native[BARE_BLOCK], exponent[4] = { 1, 0, 1, 0 };
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	BIGNUM *n = NULL;

	if (!BN_hex2bn(&n, hex) ||
	    BN_bn2lebinpad(n, native, BARE_BLOCK) != BARE_BLOCK)
		die("no modulus: %s", hex);
	params[0] =
	    OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, native, BARE_BLOCK);
	params[1] = OSSL_PARAM_construct_BN(
	    OSSL_PKEY_PARAM_RSA_E, exponent, sizeof(exponent));
	params[2] = OSSL_PARAM_construct_end();
	if (EVP_PKEY_fromdata_init(context) <= 0 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		die("no public key");
	EVP_PKEY_CTX_free(context);
	BN_free(n);
	return key;
}

/* -- sealing and opening
 * ------------------------------------------------------- */

static inline int
bare_rsa(EVP_PKEY *key, bool encrypt, const unsigned char *in, size_t in_len,
    unsigned char *out, size_t *out_len)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	int done = encrypt ? EVP_PKEY_encrypt_init(context) > 0
			   : EVP_PKEY_decrypt_init(context) > 0;

	done =
	    done &&
	    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 &&
	    (encrypt ? EVP_PKEY_encrypt(context, out, out_len, in, in_len) > 0
		     : EVP_PKEY_decrypt(context, out, out_len, in, in_len) > 0);
	EVP_PKEY_CTX_free(context);
	return done;
}

static inline int
bare_aes(const unsigned char *key, uint32_t number, bool encrypt,
    const unsigned char *in, int in_len, unsigned char *out, int *out_len)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	char iv[16] = { 0 };
	int last = 0, done;

	snprintf(iv, sizeof(iv), "%u", number);
	done = EVP_CipherInit_ex(context, EVP_aes_256_cbc(), NULL, key,
		   (unsigned char *)iv, encrypt) &&
	       EVP_CipherUpdate(context, out, out_len, in, in_len) &&
	       EVP_CipherFinal_ex(context, out + *out_len, &last);
	*out_len += last;
	EVP_CIPHER_CTX_free(context);
	return done;
}

/* A SENDMSG of text from user@host, signed by own, to recipient; returns its
 * length. */
static inline size_t
bare_seal(EVP_PKEY *recipient, EVP_PKEY *own, uint32_t number, const char *user,
    const char *host, const char *text, char packet[BARE_PACKET])
{
	unsigned char key[32], block[BARE_BLOCK], cipher[BARE_TEXT + 64],
	    signature[BARE_BLOCK];
	size_t block_len = sizeof(block), signature_len = sizeof(signature),
	       len;
	size_t text_len = strlen(text) + 1;
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	int cipher_len = 0;

	RAND_bytes(key, sizeof(key));
	if (!bare_rsa(recipient, true, key, sizeof(key), block, &block_len) ||
	    !bare_aes(key, number, true, (const unsigned char *)text,
		(int)text_len, cipher, &cipher_len) ||
	    EVP_DigestSignInit(digest, NULL, EVP_sha256(), NULL, own) <= 0 ||
	    EVP_DigestSign(digest, signature, &signature_len,
		(const unsigned char *)text, text_len) <= 0)
		die("cannot seal");
	EVP_MD_CTX_free(digest);
	/* SENDMSG, SENDCHECK, ENCRYPT, UTF8, CAPUTF8, ENCEXTMSG; RSA-2048,
	 * AES-256, IV, base64, SHA-256 */
	len = (size_t)snprintf(packet, BARE_PACKET,
	    "1:%u:%s:%s:%u:41900004:", number, user, host, 0x05c00120u);
	len += (size_t)EVP_EncodeBlock(
	    (unsigned char *)packet + len, block, (int)block_len);
	packet[len++] = ':';
	len += (size_t)EVP_EncodeBlock(
	    (unsigned char *)packet + len, cipher, cipher_len);
	packet[len++] = ':';
	len += (size_t)EVP_EncodeBlock(
	    (unsigned char *)packet + len, signature, (int)signature_len);
	packet[len++] = '\0';
	return len;
}

/* Base64 between two colons, without what EVP_DecodeBlock adds for the padding.
 */
static inline int
bare_decode(const char *begin, const char *end, unsigned char *out)
{
	int len = EVP_DecodeBlock(
	    out, (const unsigned char *)begin, (int)(end - begin));

	while (len > 0 && end > begin && end[-1] == '=') {
		len--;
		end--;
	}
	return len;
}

/* Opens and checks a packet of bare_seal(); 0 when it is not right. */
static inline int
bare_open(EVP_PKEY *own, EVP_PKEY *sender, const char *packet, uint32_t *number,
    char text[BARE_TEXT + 64])
{
	unsigned char block[BARE_PACKET], cipher[BARE_PACKET],
	    signature[BARE_PACKET], key[BARE_BLOCK];
	const char *field[9];
	size_t key_len = sizeof(key);
	int block_len, cipher_len, signature_len, text_len = 0, done;
	EVP_MD_CTX *digest;

	field[0] = packet;
	for (int i = 1; i < 9; i++) {
		field[i] = strchr(field[i - 1], ':');
		if (!field[i]++)
			return 0;
	}
	*number = (uint32_t)strtoul(field[1], NULL, 10);
	block_len = bare_decode(field[6], field[7] - 1, block);
	cipher_len = bare_decode(field[7], field[8] - 1, cipher);
	signature_len =
	    bare_decode(field[8], strchr(field[8], '\0'), signature);
	if (block_len != BARE_BLOCK || cipher_len <= 0 ||
	    cipher_len > BARE_TEXT + 63 || signature_len != BARE_BLOCK ||
	    !bare_rsa(own, false, block, (size_t)block_len, key, &key_len) ||
	    key_len != 32 ||
	    !bare_aes(key, *number, false, cipher, cipher_len,
		(unsigned char *)text, &text_len))
		return 0;
	digest = EVP_MD_CTX_new();
	done = EVP_DigestVerifyInit(digest, NULL, EVP_sha256(), NULL, sender) >
		   0 &&
	       EVP_DigestVerify(digest, signature, (size_t)signature_len,
		   (unsigned char *)text, (size_t)text_len) == 1;
	EVP_MD_CTX_free(digest);
	return done;
}

/* -- the log
 * ------------------------------------------------------------------- */

struct bare_log {
	sqlite3 *db;
	sqlite3_stmt *insert;
};

static inline void
bare_sql(sqlite3 *db, const char *sql)
{
	char *problem = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &problem) != SQLITE_OK)
		die("%s: %s", sql, problem);
}

static inline void
bare_log_open(struct bare_log *log, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s.db", scratch(), name);
	if (sqlite3_open(path, &log->db) != SQLITE_OK)
		die("cannot open %s", path);
	bare_sql(log->db, "PRAGMA journal_mode=WAL");
	bare_sql(log->db, "PRAGMA synchronous=FULL");
	bare_sql(log->db, "CREATE TABLE message (id INTEGER PRIMARY KEY, "
			  "number INTEGER, peer INTEGER, "
			  "text TEXT)");
	bare_sql(
	    log->db, "CREATE INDEX message_peer ON message (peer, number)");
	if (sqlite3_prepare_v2(log->db,
		"INSERT INTO message (number, peer, text) VALUES (?, ?, ?)", -1,
		&log->insert, NULL) != SQLITE_OK)
		die("prepare: %s", sqlite3_errmsg(log->db));
}

static inline void
bare_log_add(
    struct bare_log *log, uint32_t number, unsigned peer, const char *text)
{
	sqlite3_bind_int64(log->insert, 1, number);
	sqlite3_bind_int64(log->insert, 2, peer);
	sqlite3_bind_text(log->insert, 3, text, -1, SQLITE_STATIC);
	if (sqlite3_step(log->insert) != SQLITE_DONE)
		die("insert: %s", sqlite3_errmsg(log->db));
	sqlite3_reset(log->insert);
}

/* -- sockets
 * ------------------------------------------------------------------- */

static inline int
bare_udp(const char *address, unsigned port, struct sockaddr_in *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int buffer = 4 * 1024 * 1024;
	socklen_t len = sizeof(*name);

	*name = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	if (inet_pton(AF_INET, address, &name->sin_addr) != 1)
		die("no address: %s", address);
	if (setsockopt(
		fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) != 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	if (bind(fd, (struct sockaddr *)name, sizeof(*name)) != 0 ||
	    getsockname(fd, (struct sockaddr *)name, &len) != 0)
		die("cannot bind %s:%u", address, port);
	return fd;
}

#endif
