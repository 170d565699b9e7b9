/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "signer/base/err.h"

/*
 * An flock(2) on $XDG_STATE_HOME/stskey/lock/NAME, released by the kernel
 * however the holder ends, never unlinked.  The file says who holds it; a
 * holder that failed leaves its status and sentence for those who were
 * already waiting, and for nobody else.
 */

struct lock {
	int fd;         /* -1: not held */
	uint32_t means; /* of lock_wait */
	bool waited;    /* another process had it until now */
};

#define LOCK_INIT ((struct lock){ .fd = -1 })
#define AUTO_LOCK AUTO(lock_done)

/* Who holds a lock, as its file says it; for the person who waits. */
struct lock_holder {
	pid_t pid;
	int64_t since;    /* wall clock */
	bool stopped;     /* SIGSTOP, Ctrl-Z or a debugger */
	char profile[65]; /* printable */
	char program[65]; /* who asked that process: "terraform" */
};

/*
 * "pid 4711 (terraform, profile dev) since 12:01:03", and what to do about
 * one that is stopped; local time.
 */
enum { LOCK_TEXT = 256 };
void lock_text(const struct lock_holder *who, char ret[static LOCK_TEXT]);

struct lock_wait {
	const char *what; /* "'FIDO2 keys'", for the person; NULL: the lock */
	const char *profile, *program; /* ours, to be recorded */
	/* What a failure depends on besides, as how a person could be asked:
	 * who has other means is left no failure, and tries. */
	uint32_t means;
	int64_t deadline_ms; /* clock_monotonic_ms() */
	/* After 2 s and then every second; may be NULL. */
	void (*told)(void *ctx, const struct lock_holder *who);
	/* Asked at least every 250 ms; may be NULL. */
	bool (*cancelled)(void *ctx);
	void *ctx;
};

/*
 * RC_OK: held.  RC_TIMEOUT, RC_CANCELLED.  Anything else that lock_failed()
 * left while we waited and that had our means: that status and its sentence,
 * and the lock is not held.  Blocks in flock(2), woken by an interval timer (SIGALRM).
 */
enum rc lock_take(
    struct lock *l, const char *name, const struct lock_wait *w, struct err *e);
/* Leaves a failure for those who wait now, and releases. */
void lock_failed(struct lock *l, enum rc rc, const struct err *e);
void lock_done(struct lock *l); /* accepts one that is not held */

#endif
