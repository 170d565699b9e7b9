/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/crypto/box.h"

#include "tests/check.h"
#include "tests/child.h"

/* From hexadecimal digits, as the sources print them. */
static void
unhex(struct buf *ret, const char *hex)
{
	for (; hex[0] != '\0'; hex += 2) {
		char digits[] = { hex[0], hex[1], '\0' }, *end;

		buf_chr(ret, (char)strtol(digits, &end, 16));
		CHECK(*end == '\0');
	}
}

static void
check_hex(struct bytes s, const char *want)
{
	AUTO_BUF struct buf hex = BUF_INIT(1024);

	buf_hex(&hex, s);
	CHECK_MEM(hex, want);
}

struct gcm {
	const char *key, *nonce, *beside, *plain, *text, *tag;
};

/*
 * The test cases 13, 14 and 16 of McGrew and Viega's "The Galois/Counter Mode
 * of Operation (GCM)", as NIST has it; the nonce of ours cannot be chosen, so
 * they are opened.
 */
static const struct gcm gcm[] = {
	{ "00000000000000000000000000000000"
	  "00000000000000000000000000000000",
	    "000000000000000000000000", "", "", "",
	    "530f8afbc74536b9a963b4f1c4cb738b" },
	{ "00000000000000000000000000000000"
	  "00000000000000000000000000000000",
	    "000000000000000000000000", "", "00000000000000000000000000000000",
	    "cea7403d4d606b6e074ec5d3baf39d18",
	    "d0d1c8a799996bf0265b98b5d48ab919" },
	{ "feffe9928665731c6d6a8f9467308308"
	  "feffe9928665731c6d6a8f9467308308",
	    "cafebabefacedbaddecaf888",
	    "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	    "d9313225f88406e5a55909c5aff5269a"
	    "86a7a9531534f7da2e4c303d8a318a72"
	    "1c3c0c95956809532fcf0e2449a6b525"
	    "b16aedf5aa0de657ba637b39",
	    "522dc1f099567d07f47f37a32a84427d"
	    "643a8cdcbfe5c0c97598a2bd2555d1aa"
	    "8cb08e48590dbb3da7b08b1056828838"
	    "c5f61e6393ba7a0abcc9f662",
	    "76fc6ece0f4e1768cddf8853bb2d551b" },
};

static void
check_gcm(const struct gcm *g)
{
	AUTO_BUF struct buf key = BUF_INIT(64), beside = BUF_INIT(64);
	AUTO_BUF struct buf closed = BUF_INIT(256);
	AUTO_SECRET struct secret plain = { 0 };
	struct err e = { 0 };

	unhex(&key, g->key);
	unhex(&beside, g->beside);
	unhex(&closed, g->nonce);
	unhex(&closed, g->text);
	unhex(&closed, g->tag);
	CHECK_EQ(box_open(buf_bytes(&key), buf_bytes(&beside),
		     buf_bytes(&closed), &plain, &e),
	    RC_OK);
	check_hex(secret_bytes(&plain), g->plain);
}

static const uint8_t ours[BOX_KEY] = "0123456789abcdef0123456789abcde";

static enum rc
open_with(uint8_t first, struct bytes beside, struct bytes closed)
{
	AUTO_SECRET struct secret plain = { 0 };
	struct err e = { 0 };
	uint8_t other[BOX_KEY];
	enum rc rc;

	memcpy(other, ours, sizeof(other));
	other[0] = first;
	rc = box_open(BYTES(other, BOX_KEY), beside, closed, &plain, &e);
	CHECK((rc == RC_OK) == (plain.p != NULL));
	CHECK(rc == RC_OK || e.msg[0] != '\0');
	return rc;
}

static void
test_closed(void)
{
	AUTO_BUF struct buf one = BUF_INIT(256), two = BUF_INIT(256);
	AUTO_BUF struct buf small = BUF_INIT(BOX_OVERHEAD);
	struct bytes beside = BYTES_STR("beside");

	box_close(BYTES(ours, BOX_KEY), beside, BYTES_STR("plain"), &one);
	box_close(BYTES(ours, BOX_KEY), beside, BYTES_STR("plain"), &two);
	CHECK_EQ(one.len, 5 + BOX_OVERHEAD);
	/* Never with the same nonce. */
	CHECK(memcmp(one.p, two.p, 12) != 0);
	CHECK(memmem(one.p, one.len, "plain", 5) == NULL);
	CHECK_EQ(open_with('0', beside, buf_bytes(&one)), RC_OK);
	CHECK_EQ(open_with('1', beside, buf_bytes(&one)), RC_FORMAT);
	CHECK_EQ(
	    open_with('0', BYTES_STR("besides"), buf_bytes(&one)), RC_FORMAT);
	CHECK_EQ(open_with('0', BYTES(NULL, 0), buf_bytes(&one)), RC_FORMAT);
	for (size_t i = 0; i < one.len; i++) {
		CHECK_EQ(open_with('0', beside, BYTES(one.p, i)), RC_FORMAT);
		one.p[i] ^= 1;
		CHECK_EQ(open_with('0', beside, buf_bytes(&one)), RC_FORMAT);
		one.p[i] ^= 1;
	}
	CHECK_EQ(open_with('0', beside, BYTES(one.p, SIZE_MAX)), RC_FORMAT);
	box_close(BYTES(ours, BOX_KEY), beside, BYTES_STR("x"), &small);
	CHECK(!buf_ok(&small));
}

/* What is opened may take the place of its own key. */
static void
test_in_place(void)
{
	AUTO_BUF struct buf closed = BUF_INIT(256);
	AUTO_SECRET struct secret s = { 0 };
	struct err e = { 0 };

	secret_set(&s, BYTES(ours, BOX_KEY));
	box_close(
	    secret_bytes(&s), BYTES(NULL, 0), BYTES_STR("plain"), &closed);
	CHECK_EQ(box_open(secret_bytes(&s), BYTES(NULL, 0), buf_bytes(&closed),
		     &s, &e),
	    RC_OK);
	CHECK_MEM(s, "plain");
}

/* RFC 5869, appendix A.3: the first BOX_KEY bytes of its OKM. */
static void
test_derive(void)
{
	AUTO_SECRET struct secret out = { 0 }, other = { 0 };
	uint8_t ikm[22];

	memset(ikm, 0x0b, sizeof(ikm));
	box_derive(BYTES(ikm, sizeof(ikm)), "", &out);
	check_hex(secret_bytes(&out), "8da4e775a563c18f715f802a063c5a31"
				      "b8a11f5c5ee1879ec3454e5f3c738d2d");
	box_derive(BYTES(ikm, sizeof(ikm)), "info", &other);
	CHECK(!secret_eq(&out, secret_bytes(&other)));
}

/*
 * The pairs of RFC 7748, section 6.1.  Alice's is the ephemeral one; the rest
 * was computed by python3-cryptography: HKDF of the shared secret and both
 * public keys with "stskey box 1", then AES-GCM with the nonce above.
 */
#define BOB "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"
#define CLOSED \
	"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a" \
	"cafebabefacedbaddecaf8888096ea6577680e1826b29be3d16d5b9e6643f113" \
	"59ae41301cc71ddf3320d974"

static void
test_known(void)
{
	AUTO_BUF struct buf closed = BUF_INIT(256), bob = BUF_INIT(64);
	AUTO_SECRET struct secret plain = { 0 }, private_key = { 0 };
	struct err e = { 0 };

	unhex(&bob, BOB);
	unhex(&closed, CLOSED);
	secret_set(&private_key, buf_bytes(&bob));
	CHECK_EQ(
	    box_open_from(&private_key, buf_bytes(&closed), &plain, &e), RC_OK);
	CHECK_MEM(plain, "GEZDGNBVGY3TQOJQ");
}

static void
test_pair(void)
{
	AUTO_SECRET struct secret mine = { 0 }, other = { 0 }, plain = { 0 };
	AUTO_BUF struct buf closed = BUF_INIT(256), again = BUF_INIT(256);
	uint8_t to[BOX_KEY], not_to[BOX_KEY];
	struct err e = { 0 };

	box_pair(&mine, to);
	box_pair(&other, not_to);
	CHECK_EQ(mine.len, BOX_KEY);
	CHECK(memcmp(to, not_to, BOX_KEY) != 0);
	CHECK(!secret_eq(&mine, secret_bytes(&other)));
	CHECK_EQ(
	    box_close_to(BYTES(to, BOX_KEY), BYTES_STR("seed"), &closed, &e),
	    RC_OK);
	CHECK_EQ(
	    box_close_to(BYTES(to, BOX_KEY), BYTES_STR("seed"), &again, &e),
	    RC_OK);
	CHECK_EQ(closed.len, 4 + BOX_TO_OVERHEAD);
	/* Each with an ephemeral key of its own. */
	CHECK(memcmp(closed.p, again.p, BOX_KEY) != 0);
	CHECK_EQ(
	    box_open_from(&other, buf_bytes(&closed), &plain, &e), RC_FORMAT);
	for (size_t i = 0; i < closed.len; i++) {
		CHECK_EQ(box_open_from(&mine, BYTES(closed.p, i), &plain, &e),
		    RC_FORMAT);
		closed.p[i] ^= 1;
		CHECK_EQ(box_open_from(&mine, buf_bytes(&closed), &plain, &e),
		    RC_FORMAT);
		closed.p[i] ^= 1;
	}
	CHECK(plain.p == NULL);
	CHECK_EQ(box_open_from(&mine, buf_bytes(&closed), &plain, &e), RC_OK);
	CHECK_MEM(plain, "seed");
}

/* A point of low order, to which anybody could open; and other lengths. */
static void
test_no_key(void)
{
	AUTO_BUF struct buf closed = BUF_INIT(256);
	AUTO_SECRET struct secret mine = { 0 }, plain = { 0 };
	uint8_t to[BOX_KEY + 1], zeros[BOX_TO_OVERHEAD] = { 0 };
	struct err e = { 0 };

	box_pair(&mine, to);
	CHECK_EQ(
	    box_close_to(BYTES(zeros, BOX_KEY), BYTES_STR("x"), &closed, &e),
	    RC_FORMAT);
	CHECK(strstr(e.msg, "X25519") != NULL);
	CHECK_EQ(
	    box_close_to(BYTES(to, BOX_KEY - 1), BYTES_STR("x"), &closed, &e),
	    RC_FORMAT);
	CHECK_EQ(
	    box_close_to(BYTES(to, BOX_KEY + 1), BYTES_STR("x"), &closed, &e),
	    RC_FORMAT);
	CHECK_EQ(box_close_to(BYTES(NULL, 0), BYTES_STR("x"), &closed, &e),
	    RC_FORMAT);
	CHECK_EQ(closed.len, 0);
	CHECK_EQ(box_open_from(&mine, BYTES(zeros, sizeof(zeros)), &plain, &e),
	    RC_FORMAT);
}

/* A key of another length is a mistake of ours, and no key at all. */
static void
close_short(void *ctx)
{
	AUTO_BUF struct buf closed = BUF_INIT(256);

	(void)ctx;
	box_close(
	    BYTES(ours, BOX_KEY - 1), BYTES(NULL, 0), BYTES_STR("x"), &closed);
}

static void
open_empty(void *ctx)
{
	AUTO_SECRET struct secret none = { 0 }, plain = { 0 };
	struct err e = { 0 };

	(void)ctx;
	(void)box_open_from(&none, BYTES(NULL, 0), &plain, &e);
}

static void
test_fatal(void)
{
	struct child c = child_run(close_short, NULL);

	CHECK_EXIT(c, RC_SYS);
	CHECK(strncmp(c.said, "stskey: OpenSSL cannot", 22) == 0);
	c = child_run(open_empty, NULL);
	CHECK_EXIT(c, RC_SYS);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(gcm) / sizeof(gcm[0]); i++)
		check_gcm(&gcm[i]);
	test_closed();
	test_in_place();
	test_derive();
	test_known();
	test_pair();
	test_no_key();
	test_fatal();
	return 0;
}
