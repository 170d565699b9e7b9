/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/pinentry.h"

#include "signer/base/harden.h"
#include "tests/unit/token_world.h"

/* A pinentry that answers GETPIN and CONFIRM with what it is given here. */
static const char *
pinentry(const char *name, const char *getpin)
{
	char script[1024];

	(void)snprintf(script, sizeof(script),
	    "#!/bin/sh\n"
	    "echo 'OK Pleased to meet you'\n"
	    "while read -r line; do\n"
	    "	printf '%%s\\n' \"$line\" >>%s/said\n"
	    "	case $line in\n"
	    "	GETPIN|CONFIRM) %s ;;\n"
	    "	BYE*) echo OK; exit 0 ;;\n"
	    "	'OPTION '*) echo 'ERR 174 unknown option' ;;\n"
	    "	*) echo OK ;;\n"
	    "	esac\n"
	    "done\n",
	    world, getpin);
	return world_write(name, 0700, script);
}

static enum rc
ask_for(const char *program, bool confirm, int64_t ms, struct secret *ret)
{
	struct patience p = world_patience(ms);
	struct pinentry_question q = { program, "Token 'a%b'\nfor dev", "PIN",
		confirm };
	struct err e = { 0 };
	enum rc rc = pinentry_ask(&p, &q, ret, &e);

	CHECK(strstr(e.msg, "1234") == NULL);
	return rc;
}

static enum rc
ask(const char *program, struct secret *ret)
{
	return ask_for(program, false, 10000, ret);
}

static void
test_answers(void)
{
	AUTO_SECRET struct secret pin = { 0 };
	char said[1024] = "";
	FILE *f;

	CHECK_EQ(
	    ask(pinentry("a", "echo 'D 12%2534%0A'; echo OK"), &pin), RC_OK);
	CHECK_MEM(secret_bytes(&pin), "12%34\n");
	f = fopen(world_path("said"), "r");
	CHECK(f != NULL);
	CHECK(fread(said, 1, sizeof(said) - 1, f) > 0);
	(void)fclose(f);
	CHECK(strstr(said, "SETDESC Token 'a%25b'%0Afor dev\n") != NULL);
	CHECK(strstr(said, "SETPROMPT PIN\n") != NULL);
	CHECK(strstr(said, "SETTIMEOUT ") != NULL);
	CHECK_EQ(ask_for(pinentry("b", "echo OK"), true, 10000, &pin), RC_OK);
}

static void
test_refusals(void)
{
	AUTO_SECRET struct secret pin = { 0 };

	CHECK_EQ(
	    ask(pinentry("c", "echo 'ERR 83886179 Operation cancelled'"), &pin),
	    RC_CANCELLED);
	CHECK_EQ(ask_for(pinentry("d", "echo 'ERR 83886194 Not confirmed'"),
		     true, 10000, &pin),
	    RC_CANCELLED);
	CHECK_EQ(ask(pinentry("e", "echo 'ERR 83886142 Timeout'"), &pin),
	    RC_TIMEOUT);
	CHECK_EQ(ask(pinentry("f", "echo OK"), &pin), RC_CANCELLED);
	CHECK(pin.p == NULL);
}

/* One that does not work is as good as none. */
static void
test_broken(void)
{
	AUTO_SECRET struct secret pin = { 0 };

	CHECK_EQ(ask("/nonexistent/pinentry", &pin), RC_UNSUPPORTED);
	CHECK_EQ(ask(NULL, &pin), RC_UNSUPPORTED); /* no display */
	CHECK_EQ(ask("/bin/true", &pin), RC_UNSUPPORTED);
	CHECK_EQ(ask("/bin/echo", &pin), RC_UNSUPPORTED);
	CHECK_EQ(ask(pinentry("g", "exit 1"), &pin), RC_UNSUPPORTED);
	CHECK_EQ(ask(pinentry("h", "echo 'ERR 83886085 no display'"), &pin),
	    RC_UNSUPPORTED);
	CHECK(pin.p == NULL);
}

static bool
yes(void *ctx)
{
	(void)ctx;
	return true;
}

static void
test_hanging(void)
{
	AUTO_SECRET struct secret pin = { 0 };
	struct pinentry_question q = { pinentry("i", "exec sleep 60"), "x",
		"PIN", false };
	struct patience p = world_patience(10000);
	int64_t before = clock_monotonic_ms();
	struct err e = { 0 };

	CHECK_EQ(ask_for(q.program, false, 500, &pin), RC_TIMEOUT);
	p.cancelled = yes;
	CHECK_EQ(pinentry_ask(&p, &q, &pin, &e), RC_CANCELLED);
	/* One that never greets. */
	q.program = world_write("j", 0700, "#!/bin/sh\nexec sleep 60\n");
	p = world_patience(200);
	CHECK_EQ(pinentry_ask(&p, &q, &pin, &e), RC_TIMEOUT);
	CHECK(clock_monotonic_ms() - before < 10000);
}

int
main(void)
{
	world_begin();
	harden_signals(); /* as every helper does: SIGPIPE among them */
	test_answers();
	test_refusals();
	test_broken();
	test_hanging();
	return 0;
}
