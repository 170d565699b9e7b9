/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/steps.h"

#include <dirent.h>

#include "signer/aws/totp.h"
#include "tests/unit/token_world.h"

#define SERIAL "arn:aws:iam::123456789012:mfa/dev-laptop"
#define GOOD "stskey step 1 200 0 " SERIAL "\n"

static const char serial[] = SERIAL;

/* The one record that is there. */
static const char *
record_path(void)
{
	static char path[512];
	DIR *d = opendir(world_path("stskey/step"));
	struct dirent *entry;

	CHECK(d != NULL);
	path[0] = '\0';
	while ((entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		CHECK(path[0] == '\0');
		(void)snprintf(path, sizeof(path), "%s/stskey/step/%s", world,
		    entry->d_name);
	}
	(void)closedir(d);
	return path;
}

static struct steps_last
last_at(int64_t present)
{
	struct steps_last last = { 0 };
	struct err e = { 0 };

	CHECK_EQ(steps_read(serial, present, false, &last, &e), RC_OK);
	return last;
}

static void
overwrite(const char *text)
{
	FILE *f = fopen(record_path(), "w");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void
test_once(void)
{
	struct err e = { 0 };
	struct steps_last last = last_at(100);
	struct stat st;

	CHECK_EQ(last.step, -1);
	CHECK_EQ(steps_reserve(serial, 100, 0, &last, &e), RC_OK);
	CHECK(stat(record_path(), &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(strstr(record_path(), "dev-laptop") != NULL);
	last = last_at(100);
	CHECK_EQ(last.step, 100);
	CHECK_EQ(steps_reserve(serial, 100, 0, &last, &e), RC_MFA);
	CHECK_EQ(steps_reserve(serial, 99, 0, &last, &e), RC_MFA);
	CHECK_EQ(steps_reserve(serial, 101, 0, &last, &e), RC_OK);
}

static void
test_release(void)
{
	struct err e = { 0 };

	CHECK_EQ(steps_release(serial, 100, &e), RC_OK);
	CHECK_EQ(last_at(101).step, 101); /* not the last: not given back */
	CHECK_EQ(steps_release(serial, 101, &e), RC_OK);
	CHECK_EQ(last_at(101).step, 100);
	CHECK_EQ(steps_release("GAHT12345678", 101, &e), RC_OK);
}

static void
test_damaged(void)
{
	static const char *const torn[] = { "", "stskey", "stskey step 1 ",
		"stskey step 1 100", "stskey step 1 100 0 arn:aws:iam::",
		"stskey step 1 x 0 arn:aws:iam::123456789012:mfa/dev-laptop\n",
		"stskey step 2 1 arn:aws:iam::123456789012:mfa/dev-laptop\n",
		"stskey step 1 1 0 arn:aws:iam::123456789012:mfa/dev-laptop2\n",
		"stskey step 1 -1 0 arn:aws:iam::123456789012:mfa/dev-laptop\n",
		"stskey step 1 99999999999999999999999 0 arn:aws:iam::1:m\n",
		GOOD "before", GOOD "before\n", GOOD "before \n",
		GOOD "before 1", GOOD "before 1 \n", GOOD "before 1 x\n",
		GOOD "before 1\nbefore 2\n", GOOD "before -1\n", GOOD "x 1\n",
		"\xff\xfe" };
	struct err e = { 0 };
	struct steps_last last;

	for (size_t i = 0; i < sizeof(torn) / sizeof(torn[0]); i++) {
		overwrite(torn[i]);
		last = last_at(200);
		CHECK(last.damaged);
		CHECK_EQ(last.step, 200);
		CHECK_EQ(steps_reserve(serial, 200, 0, &last, &e), RC_MFA);
	}
	overwrite(GOOD "before 150 202\n");
	last = last_at(200);
	CHECK(!last.damaged);
	CHECK_EQ(last.step, 202);
	overwrite("torn");
	CHECK_EQ(steps_repair(serial, 200, &e), RC_OK);
	last = last_at(201);
	CHECK(!last.damaged);
	CHECK_EQ(last.step, 200);
	CHECK_EQ(steps_reserve(serial, 201, 0, &last, &e), RC_OK);
}

static void
test_clock_set_back(void)
{
	struct steps_last last = { 0 };
	struct err e = { 0 };

	CHECK_EQ(last_at(199).step, 201); /* two ahead: waited out */
	CHECK_EQ(steps_read(serial, 198, false, &last, &e), RC_CLOCK);
	CHECK(strstr(e.msg, record_path()) != NULL);
	/* The service's own time says so: that code was never good. */
	CHECK_EQ(steps_read(serial, 190, true, &last, &e), RC_OK);
	CHECK(last.doubtful);
	CHECK_EQ(steps_reserve(serial, 190, 0, &last, &e), RC_OK);
	CHECK_EQ(last_at(190).step, 190);
	/*
	 * When its time comes, it is not handed out a second time: waited for
	 * is what comes after all of them.
	 */
	CHECK_EQ(last_at(197).step, 190);
	CHECK_EQ(last_at(198).step, 201);
	CHECK_EQ(steps_reserve(serial, 201, 0, &last, &e), RC_MFA);
	CHECK_EQ(steps_reserve(serial, 199, 0, &last, &e), RC_OK);
}

/* One before it is not given back by the leftover of the last one's return. */
static void
test_release_twice(void)
{
	struct steps_last last = { .step = -1 };
	struct err e = { 0 };

	CHECK_EQ(steps_reserve(serial, 300, 0, &last, &e), RC_OK);
	CHECK_EQ(steps_reserve(serial, 301, 0, &last, &e), RC_OK);
	CHECK_EQ(steps_release(serial, 301, &e), RC_OK);
	CHECK_EQ(steps_release(serial, 300, &e), RC_OK);
	CHECK_EQ(last_at(300).step, 300);
	CHECK_EQ(steps_reserve(serial, 300, 0, &last, &e), RC_MFA);
}

/* More than a record holds: what is given up is not handed out again. */
static void
test_many(void)
{
	struct steps_last last = { .step = -1 };
	struct err e = { 0 };

	for (int64_t i = 0; i < 33; i++)
		CHECK_EQ(steps_reserve(serial, 5000 + 9 * i, -9000, &last, &e),
		    RC_OK);
	CHECK_EQ(steps_reserve(serial, 5000, 0, &last, &e), RC_MFA);
	CHECK_EQ(steps_reserve(serial, 5009, 0, &last, &e), RC_MFA);
	CHECK_EQ(steps_reserve(serial, 4999, 0, &last, &e), RC_MFA);
	CHECK_EQ(steps_read(serial, 4990, true, &last, &e), RC_CLOCK);
	CHECK_EQ(steps_read(serial, 5010, true, &last, &e), RC_OK);
	CHECK_EQ(last.step, 5009);
	CHECK(unlink(record_path()) == 0);
}

enum { LIVES = 8, ROUNDS = 150, SPAN = 1 << 17 };

/* What a run of the property below knows. */
struct life {
	uint64_t seed;
	int64_t truth;  /* the service's clock */
	int64_t off;    /* ours less that */
	int64_t first;  /* the step of out[0] */
	bool out[SPAN]; /* handed out, and not given back */
	unsigned int made, refused, corrected;
};

static int64_t
draw(struct life *l, int64_t most)
{
	l->seed ^= l->seed << 13;
	l->seed ^= l->seed >> 7;
	l->seed ^= l->seed << 17;
	return (int64_t)(l->seed % (uint64_t)most);
}

/* As act_hold and act_code do it; -1: refused. */
static int64_t
one_code(struct life *l, int64_t skew)
{
	int64_t present = totp_step(l->truth + l->off + skew), step;
	struct steps_last last;
	struct err e = { 0 };
	enum rc rc = steps_read(serial, present, skew != 0, &last, &e);

	if (rc != RC_OK) {
		CHECK_EQ(rc, RC_CLOCK);
		l->refused++;
		return -1;
	}
	if (present <= last.step)
		l->truth += (last.step + 1 - present) * TOTP_STEP_SECONDS;
	/* A prompt, over which time passes or the clock jumps. */
	if (draw(l, 4) == 0)
		l->truth += draw(l, 300);
	if (draw(l, 50) == 0)
		l->off += (draw(l, 9) - 4) * 1800;
	step = totp_step(l->truth + l->off + skew);
	rc = steps_reserve(serial, step, skew, &last, &e);
	if (rc != RC_OK) {
		CHECK_EQ(rc, RC_MFA);
		return -1;
	}
	CHECK(step >= l->first && step < l->first + SPAN);
	CHECK(!l->out[step - l->first]); /* never twice */
	l->out[step - l->first] = true;
	l->made++;
	return step;
}

/* The service takes it, or says what time it is, or it was never sent. */
static void
one_call(struct life *l)
{
	int64_t skew = steps_skew(serial, l->truth + l->off);
	struct err e = { 0 };

	for (int tries = 0; tries < 2; tries++) {
		int64_t step = one_code(l, skew);

		if (step < 0)
			return;
		if (draw(l, 5) == 0) {
			CHECK_EQ(steps_release(serial, step, &e), RC_OK);
			l->out[step - l->first] = false;
			/* What was sent cannot be given back after it. */
			CHECK_EQ(steps_release(serial, step - 1, &e), RC_OK);
			return;
		}
		if (draw(l, 6) == 0 || /* killed */
		    (skew + l->off <= 900 && skew + l->off >= -900))
			return;
		skew = -l->off;
		l->corrected++;
	}
}

/*
 * However a clock jumps, is corrected and jumps again: no step is handed out
 * twice, unless it was given back.
 */
static void
test_never_twice(void)
{
	static struct life l;
	unsigned int made = 0, refused = 0, corrected = 0;

	for (uint64_t i = 1; i <= LIVES; i++) {
		l = (struct life){ .seed = i * 0x9e3779b97f4a7c15U,
			.truth = 1440938160 };
		l.first = totp_step(l.truth) - SPAN / 2;
		for (int round = 0; round < ROUNDS; round++) {
			/* In steps, and often by as much as a clock is off. */
			if (draw(&l, 3) == 0)
				l.truth += draw(&l, 3) * 1800;
			l.truth += draw(&l, 4) * TOTP_STEP_SECONDS;
			if (draw(&l, 8) == 0)
				l.off = (draw(&l, 9) - 4) * 1800;
			one_call(&l);
		}
		made += l.made;
		refused += l.refused;
		corrected += l.corrected;
		CHECK(unlink(record_path()) == 0);
	}
	/* It was no idle life. */
	CHECK(made > LIVES * ROUNDS / 2);
	CHECK(refused > LIVES);
	CHECK(corrected > LIVES * ROUNDS / 20);
}

/* A clock an hour slow, an hour fast, set right, and the record of each. */
static void
test_skew(void)
{
	const int64_t step = 60000, begins = step * 30;
	struct steps_last last = { .step = -1 };
	struct err e = { 0 };

	CHECK_EQ(steps_reserve(serial, step, 3600, &last, &e), RC_OK);
	CHECK_EQ(steps_skew(serial, begins - 3600), 3600);
	CHECK_EQ(steps_skew(serial, begins - 3600 + 1800), 3600);
	CHECK_EQ(steps_skew(serial, begins + 3600), 0); /* long past */
	CHECK_EQ(steps_skew(serial, begins - 7200), 0); /* does not fit */

	CHECK(unlink(record_path()) == 0);
	CHECK_EQ(steps_reserve(serial, step, -3600, &last, &e), RC_OK);
	CHECK_EQ(steps_skew(serial, begins + 3600), -3600);
	CHECK_EQ(steps_skew(serial, begins + 3600 + 1800), 0);
	CHECK_EQ(steps_skew(serial, begins), 0);

	CHECK(unlink(record_path()) == 0);
	CHECK_EQ(steps_reserve(serial, step, 0, &last, &e), RC_OK);
	CHECK_EQ(steps_skew(serial, begins), 0);
	CHECK_EQ(steps_skew("arn:aws:iam::123456789012:mfa/other", begins), 0);
}

static void
test_linked(void)
{
	struct steps_last last = { 0 };
	struct err e = { 0 };
	const char *elsewhere = world_write("elsewhere", 0600, "keep me\n");
	char path[512];

	(void)snprintf(path, sizeof(path), "%s", record_path());
	CHECK(unlink(path) == 0 && symlink(elsewhere, path) == 0);
	CHECK(steps_read(serial, 300, false, &last, &e) != RC_OK);
	CHECK(unlink(path) == 0);
}

int
main(void)
{
	world_begin();
	test_once();
	test_release();
	test_damaged();
	test_clock_set_back();
	test_release_twice();
	CHECK(unlink(record_path()) == 0);
	test_many();
	test_never_twice();
	test_skew();
	test_linked();
	return 0;
}
