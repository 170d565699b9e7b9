/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/qr.h"

#include <malloc.h>
#include <qrencode.h>
#include <stdio.h>
#include <string.h>

#include "signer/base/enc.h"
#include "signer/base/late.h"
#include "signer/token/tty.h"

enum {
	URI_MAX = 600,
	QUIET = 4,             /* modules of white around it (ISO 18004) */
	DRAWN_MAX = 64 * 1024, /* of the largest that an otpauth URI needs */
	PERTURB = 0xa5,
};

/* libqrencode. */
static struct {
	typeof(QRcode_encodeString8bit) *encode;
	typeof(QRcode_free) *free;
} qrcode;

/* What is drawn: terminated, and as secret as the seed. */
struct drawing {
	struct secret text;
	size_t len;
};

static void
put(struct drawing *d, const char *s)
{
	size_t n = strlen(s);

	if (d->len + n >= d->text.len)
		return;
	memcpy(d->text.p + d->len, s, n);
	d->len += n;
}

static bool
is_dark(const QRcode *q, int x, int y)
{
	if (x < 0 || y < 0 || x >= q->width || y >= q->width)
		return false;
	return (q->data[y * q->width + x] & 1) != 0;
}

/* Two rows a line, dark on light whatever the terminal's own colours are. */
static void
draw(struct drawing *d, const QRcode *q)
{
	static const char *const blocks[] = { " ", "\u2584", "\u2580",
		"\u2588" };

	for (int y = -QUIET; y < q->width + QUIET; y += 2) {
		put(d, "\033[30;107m");
		for (int x = -QUIET; x < q->width + QUIET; x++)
			put(d, blocks[(is_dark(q, x, y) ? 2 : 0) +
				      (is_dark(q, x, y + 1) ? 1 : 0)]);
		put(d, "\033[0m\n");
	}
}

/* otpauth://totp/AWS:dev-desk-key?secret=…&issuer=AWS, terminated. */
static void
write_uri(struct secret *ret, struct bytes seed, const char *serial)
{
	AUTO_SECRET struct secret base32 = { 0 };
	const char *slash = strrchr(serial, '/');
	int n;

	enc_base32(&base32, seed);
	secret_new(ret, URI_MAX);
	n = snprintf((char *)ret->p, ret->len,
	    "otpauth://totp/AWS:%.128s?secret=%.*s&issuer=AWS",
	    slash != NULL ? slash + 1 : serial, (int)base32.len,
	    (const char *)base32.p);
	secret_cut(ret, (size_t)n < ret->len ? (size_t)n + 1 : ret->len);
}

static enum rc
encode(struct drawing *d, const struct secret *uri, struct err *e)
{
	static const struct late functions[] = {
		{ "QRcode_encodeString8bit", &qrcode.encode },
		{ "QRcode_free", &qrcode.free },
	};
	enum rc rc = late_load("libqrencode.so.4", functions,
	    sizeof(functions) / sizeof(functions[0]), e);
	QRcode *q;

	if (rc != RC_OK)
		return rc;
	/* libqrencode does not wipe what it frees: the allocator does, from
	 * here on. */
	(void)mallopt(M_PERTURB, PERTURB);
	q = qrcode.encode((const char *)uri->p, 0, QR_ECLEVEL_L);
	if (q == NULL)
		return err_set(
		    e, RC_UNSUPPORTED, "that seed does not fit a QR code");
	draw(d, q);
	explicit_bzero(q->data, (size_t)q->width * (size_t)q->width);
	qrcode.free(q);
	return RC_OK;
}

enum rc
qr_show(
    const struct state *s, struct bytes seed, const char *serial, struct err *e)
{
	AUTO_SECRET struct secret uri = { 0 }, typed = { 0 };
	struct drawing d = { 0 };
	struct tty_question q = { .echo = true };
	enum rc rc;

	write_uri(&uri, seed, serial);
	secret_new(&d.text, DRAWN_MAX);
	/* The terminal's other screen: nothing of it is left to scroll to. */
	put(&d, "\033[?1049h\033[H\033[2J");
	rc = encode(&d, &uri, e);
	q.text = (const char *)d.text.p;
	q.label = "Scan it with the authenticator app, then press Enter";
	if (rc == RC_OK)
		rc = tty_ask(&s->patience, &q, &typed, e);
	secret_done(&d.text);
	if (rc == RC_UNSUPPORTED)
		return err_set(e, rc,
		    "--show-seed draws on a terminal, and there is none in "
		    "front: run it in one, or leave it out");
	if (rc == RC_OK || rc == RC_CANCELLED || rc == RC_TIMEOUT)
		tty_say("\033[?1049l");
	return rc;
}
