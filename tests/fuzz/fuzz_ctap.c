/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A key that answers anything: the first byte chooses what is asked of it,
 * each answer is two bytes of length and so many bytes.
 */
#include <dlfcn.h>
#include <fido.h>
#include <stdint.h>
#include <stdlib.h>

#include "fido/race.h"
#include "signer/token/token.h"
#include "tests/contract/contract.h"

/* NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/*
 * libcbor asks for as much memory as an array says it has members, and takes
 * a no for an answer.
 */
const char *__asan_default_options(void); /* NOLINT: the sanitizer's name */
const char *
__asan_default_options(void) /* NOLINT */
{
	return "allocator_may_return_null=1:max_allocation_size_mb=64";
}

enum { CMD_INIT = 0x06, CMD_CBOR = 0x10, CAP_CBOR = 0x04 };

static struct {
	const uint8_t *data;
	size_t len;
	uint8_t nonce[8];
} key;

static void *
key_open(const char *path)
{
	(void)path;
	return &key;
}

static void
key_close(void *handle)
{
	(void)handle;
}

/* NOLINTBEGIN(readability-non-const-parameter): libfido2's signature */
static int
key_read(void *handle, unsigned char *buf, size_t len, int ms)
{
	(void)handle;
	(void)buf;
	(void)len;
	(void)ms;
	return -1;
}
/* NOLINTEND(readability-non-const-parameter) */

static int
key_write(void *handle, const unsigned char *buf, size_t len)
{
	(void)handle;
	(void)buf;
	return (int)len;
}

static int
key_tx(fido_dev_t *d, uint8_t cmd, const unsigned char *buf, size_t len)
{
	(void)d;
	if (cmd == CMD_INIT && len >= sizeof(key.nonce))
		memcpy(key.nonce, buf, sizeof(key.nonce));
	return 0;
}

static int
key_rx(fido_dev_t *d, uint8_t cmd, unsigned char *buf, size_t len, int ms)
{
	size_t n;

	(void)d;
	(void)ms;
	if (cmd == CMD_INIT && len >= 17) {
		memset(buf, 0, 17);
		memcpy(buf, key.nonce, sizeof(key.nonce));
		buf[11] = 1;
		buf[12] = 2;
		buf[16] = CAP_CBOR;
		return 17;
	}
	if (cmd != CMD_CBOR || key.len < 2) {
		race_call_off(); /* it has nothing to say: do not wait for it */
		return -1;
	}
	n = (size_t)key.data[0] << 8 | key.data[1];
	n = n < key.len - 2 ? n : key.len - 2;
	n = n < len ? n : len;
	memcpy(buf, key.data + 2, n);
	key.data += n + 2;
	key.len -= n + 2;
	return (int)n;
}

/* Both in the place of libfido2's own. */
int
fido_dev_info_manifest(fido_dev_info_t *list, size_t max, size_t *n)
{
	static const fido_dev_io_t io = { key_open, key_close, key_read,
		key_write };

	(void)max;
	*n = 1;
	return fido_dev_info_set(list, 0, "fuzz", "Test", "key", &io, NULL);
}

int
fido_dev_open(fido_dev_t *d, const char *path)
{
	static const fido_dev_io_t io = { key_open, key_close, key_read,
		key_write };
	static const fido_dev_transport_t transport = { key_rx, key_tx };
	int (*real)(fido_dev_t *, const char *) = NULL;

	*(void **)&real = dlsym(RTLD_NEXT, "fido_dev_open");
	if (real == NULL || fido_dev_set_io_functions(d, &io) != FIDO_OK ||
	    fido_dev_set_transport_functions(d, &transport) != FIDO_OK)
		abort();
	return real(d, path);
}

static void
fill(struct seal *s, bool pin)
{
	*s = SEAL_INIT;
	buf_str(&s->id, "0123456789abcdef0123456789abcdef");
	s->pin = pin;
}

static void
judge(enum rc rc, const struct secret *out, const struct err *e)
{
	if (rc == RC_OK && out->len != SEAL_KEY)
		abort();
	if (rc != RC_OK && (e->msg[0] == '\0' || out->p != NULL))
		abort();
}

static void
open_one(struct token *t, bool pin, const uint8_t *next)
{
	AUTO_SEAL struct seal one;
	const struct seal *const list[] = { &one };
	const struct seal_list seals = { .at = list, .n = 1 };
	AUTO(unsealed_done) struct unsealed u = { 0 };
	struct err e = { 0 };

	fill(&one, pin);
	judge(fido_token.unseal(t, &seals, next, &u, &e), &u.key, &e);
}

static void
make_one(struct token *t, bool pin)
{
	static const struct seal_list none = { 0 };
	AUTO_SEAL struct seal made = SEAL_INIT;
	AUTO_SECRET struct secret out = { 0 };
	struct err e = { 0 };

	judge(fido_token.seal(t, &none, pin, &made, &out, &e), &out, &e);
}

/* Another key is asked for: there is none. */
static void
notice(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
	race_call_off();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t next[SEAL_SALT] = { 1 };
	struct person person = { .pin = "1234" };
	struct ask ask = person_ask(&person);
	struct token *t = NULL;
	struct err e;

	if (len < 1)
		return 0;
	ask.notice = notice;
	key.data = data + 1;
	key.len = len - 1;
	if (fido_token.open("fido:", &ask, &t, &e) != RC_OK)
		abort();
	if ((data[0] & 1) != 0)
		make_one(t, (data[0] & 2) != 0);
	else
		open_one(
		    t, (data[0] & 2) != 0, (data[0] & 4) != 0 ? next : NULL);
	fido_token.close(t);
	fido_token.end();
	return 0;
}
