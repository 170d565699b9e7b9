/* SPDX-License-Identifier: Apache-2.0 */
#include "fido/device.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "signer/base/auto.h"
#include "signer/base/clock.h"
#include "tests/check.h"

static char path[] = "/tmp/stskey-device.XXXXXX";

static struct device
device(void)
{
	struct device d = { .name = "Solo 2" };

	(void)snprintf(d.path, sizeof(d.path), "%s", path);
	return d;
}

/* libfido2 would wait for 21 s, and hear of no cancel meanwhile. */
static void
locked(int how)
{
	AUTO_FD int other = open(path, O_RDONLY | O_CLOEXEC);
	int64_t began_ms = clock_monotonic_ms();
	struct device d = device();
	struct err e = { "" };
	bool busy = false;

	CHECK(other >= 0);
	CHECK_EQ(flock(other, how), 0);
	CHECK_EQ(device_open(&d, &busy, &e), RC_TOKEN);
	CHECK(busy);
	CHECK(strstr(e.msg, "'Solo 2' is in use by another program") != NULL);
	CHECK(d.dev == NULL);
	CHECK(clock_monotonic_ms() - began_ms < 10000);
}

/* That nobody has locked it is no lock of ours: libfido2 takes its own. */
static void
unlocked(void)
{
	AUTO_FD int other = open(path, O_RDONLY | O_CLOEXEC);
	struct device d = device();
	struct err e = { "" };
	bool busy = false;

	CHECK_EQ(device_open(&d, &busy, &e), RC_TOKEN);
	CHECK(strstr(e.msg, "in use") == NULL);
	CHECK(d.dev == NULL);
	CHECK_EQ(flock(other, LOCK_EX | LOCK_NB), 0);
}

/* Pulled out since it was listed: it may be back in a moment. */
static void
gone(void)
{
	struct device d = device();
	struct err e = { "" };
	bool busy = false;

	CHECK_EQ(device_open(&d, &busy, &e), RC_TOKEN);
	CHECK(busy);
	CHECK(strstr(e.msg, "'Solo 2'") != NULL);
}

int
main(void)
{
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	fido_init(FIDO_DISABLE_U2F_FALLBACK);
	locked(LOCK_EX);
	locked(LOCK_SH);
	unlocked();
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(unlink(path), 0);
	gone();
	return 0;
}
