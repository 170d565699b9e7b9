/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/unsealing.h"

#include "tests/check.h"
#include "tests/contract/contract.h"
#include "tests/fake/fake_sealer.h"

#define SEED "12345678901234567890"

static struct person person;
static struct ask ask;
static struct sealer by;

static struct sealed_file
file(const char *name)
{
	struct sealed_file f = { .mac = MAC_HMAC_SHA1, .id = "arn:x" };

	(void)snprintf(f.name, sizeof(f.name), "%s", name);
	return f;
}

static void
add(struct sealed_file *f, unsigned int which, const char *value)
{
	struct err e = { "" };

	fake_sealer_plug(which, true);
	CHECK_EQ(unsealing_add(f, &by, false, BYTES_STR(value), &e), RC_OK);
	fake_sealer_plug(which, false);
}

static unsigned int
opens(const struct sealed_file *f, const char *value)
{
	AUTO_SECRET struct secret got = { 0 };
	unsigned int before = fake_sealer_touches();
	struct err e = { "" };

	CHECK_EQ(unsealing_open(f, &by, &got, &e), RC_OK);
	CHECK_MEM(secret_bytes(&got), value);
	return fake_sealer_touches() - before;
}

static void
fails(const struct sealed_file *f, enum rc rc, const char *says)
{
	AUTO_SECRET struct secret got = { 0 };
	struct err e = { "" };

	CHECK_EQ(unsealing_open(f, &by, &got, &e), rc);
	CHECK(strstr(e.msg, says) != NULL);
	CHECK(got.p == NULL);
}

/* One touch for as long as the process lives, and no key need be there. */
static void
keeps_keys(void)
{
	AUTO(sealed_file_done) struct sealed_file f = file("desk-key");

	add(&f, 0, SEED);
	CHECK_EQ(opens(&f, SEED), 0);
	unsealing_end();
	fails(&f, RC_NOTFOUND, "no such key");
	fake_sealer_plug(0, true);
	CHECK_EQ(opens(&f, SEED), 1);
	CHECK_EQ(opens(&f, SEED), 0);
	fake_sealer_plug(0, false);
	CHECK_EQ(opens(&f, SEED), 0);
	unsealing_end();
}

/* Two seals, each of which will do. */
static void
either_will_do(void)
{
	AUTO(sealed_file_done) struct sealed_file f = file("desk-key");

	add(&f, 0, SEED);
	add(&f, 1, SEED);
	unsealing_end();
	fake_sealer_plug(1, true);
	CHECK_EQ(opens(&f, SEED), 1);
	CHECK_EQ(opens(&f, SEED), 0);
	fake_sealer_plug(1, false);
	unsealing_end();
}

/* What does not open is not kept: the next try asks the key anew. */
static void
keeps_no_wrong_one(void)
{
	AUTO(sealed_file_done) struct sealed_file f = file("desk-key");
	unsigned int before;

	add(&f, 0, SEED);
	unsealing_end();
	fake_sealer_plug(0, true);
	f.at[0].closed.p[20] ^= 1;
	before = fake_sealer_touches();
	fails(&f, RC_TOKEN, "'Key 0' does not open what was sealed as");
	f.at[0].closed.p[20] ^= 1;
	CHECK_EQ(opens(&f, SEED), 1);
	CHECK_EQ(fake_sealer_touches() - before, 2);
	/* Bound to its name, its owner and its policy as well. */
	f.at[0].seal.pin = true;
	fails(&f, RC_TOKEN, "desk-key");
	f.at[0].seal.pin = false;
	f.id[0] = 'b';
	fails(&f, RC_TOKEN, "desk-key");
	f.id[0] = 'a';
	f.mac = MAC_HMAC_SHA256;
	fails(&f, RC_TOKEN, "desk-key");
	fake_sealer_plug(0, false);
	unsealing_end();
}

/* Another file's seal, put in the place of this one's. */
static void
swapped(void)
{
	AUTO(sealed_file_done) struct sealed_file one = file("one");
	AUTO(sealed_file_done) struct sealed_file two = file("two");
	struct sealed_entry held;

	add(&one, 0, "1111111111");
	add(&two, 0, "2222222222");
	held = one.at[0];
	one.at[0] = two.at[0];
	two.at[0] = held;
	fails(&one, RC_TOKEN, "'one'");
	fails(&two, RC_TOKEN, "'two'");
	unsealing_end();
}

/* By one touch; what the old salt gave opens nothing any more. */
static void
renews(void)
{
	AUTO(sealed_file_done) struct sealed_file f = file("desk-key");
	AUTO_SECRET struct secret got = { 0 };
	uint8_t salt[SEAL_SALT];
	struct err e = { "" };
	unsigned int before;

	add(&f, 0, SEED);
	unsealing_end();
	memcpy(salt, f.at[0].seal.salt, SEAL_SALT);
	fake_sealer_plug(0, true);
	before = fake_sealer_touches();
	CHECK_EQ(unsealing_renew(&f, &by, &got, &e), RC_OK);
	CHECK_EQ(fake_sealer_touches() - before, 1);
	CHECK_MEM(secret_bytes(&got), SEED);
	CHECK(memcmp(salt, f.at[0].seal.salt, SEAL_SALT) != 0);
	CHECK_EQ(opens(&f, SEED), 0);
	unsealing_end();
	CHECK_EQ(opens(&f, SEED), 1);
	unsealing_end();
	memcpy(f.at[0].seal.salt, salt, SEAL_SALT);
	fails(&f, RC_TOKEN, "desk-key");
	fake_sealer_plug(0, false);
	unsealing_end();
}

static void
limits(void)
{
	AUTO(sealed_file_done) struct sealed_file f = file("desk-key");
	static uint8_t value[SEALED_SECRET_MAX + 1];
	struct err e = { "" };

	fake_sealer_plug(9, true);
	CHECK_EQ(unsealing_add(&f, &by, false, BYTES(value, sizeof(value)), &e),
	    RC_CONFIG);
	CHECK_EQ(f.n, 0);
	fake_sealer_plug(9, false);
	CHECK_EQ(
	    unsealing_add(&f, &by, false, BYTES_STR(SEED), &e), RC_NOTFOUND);
	CHECK_EQ(f.n, 0);
	for (unsigned int i = 0; i < SEALED_SEALS; i++)
		add(&f, i, SEED);
	fake_sealer_plug(9, true);
	CHECK_EQ(unsealing_add(&f, &by, false, BYTES_STR(SEED), &e), RC_CONFIG);
	CHECK(strstr(e.msg, "8 keys already") != NULL);
	CHECK_EQ(f.n, SEALED_SEALS);
	fake_sealer_plug(9, false);
	CHECK_EQ(opens(&f, SEED), 0);
	unsealing_end();
}

static void
is_present(void)
{
	AUTO(sealed_file_done) struct sealed_file f = file("desk-key");
	struct err e = { "" };
	struct presence found = { .there = true };

	add(&f, 3, SEED);
	CHECK_EQ(unsealing_present(&f, &by, &found, &e), RC_OK);
	CHECK(!found.there);
	fake_sealer_plug(3, true);
	CHECK_EQ(unsealing_present(&f, &by, &found, &e), RC_OK);
	CHECK(found.there);
	fake_sealer_plug(3, false);
	unsealing_end();
}

/* Each has the stack to itself. */
static void (*const tests[])(void) = { keeps_keys, either_will_do,
	keeps_no_wrong_one, swapped, renews, limits, is_present };

int
main(void)
{
	struct err e = { "" };

	ask = person_ask(&person);
	by.ops = &fake_sealer;
	CHECK_EQ(fake_sealer.open("fido:", &ask, &by.token, &e), RC_OK);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tests[i]();
	fake_sealer.close(by.token);
	return 0;
}
