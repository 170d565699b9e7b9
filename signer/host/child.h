/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_CHILD_H
#define HOST_CHILD_H

#include <sys/types.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/host/term.h"
#include "signer/wire/frame.h"
#include "signer/wire/message.h"

/*
 * A helper program as the conductor sees it: started from ../libexec/stskey
 * beside our own folder, spoken to over a socketpair (docs/PROTOCOL.md).
 */
struct child {
	const char *name; /* stskey-token; NULL: not started */
	pid_t pid;
	int fd;
	bool greeted;
	int owed; /* answers of child_post() still to come */
	struct buf in;
	struct term *term;   /* shows its progress */
	int64_t deadline_ms; /* clock_monotonic_ms(): RC_TIMEOUT after it */
	enum rc last;        /* of child_recv() */
	/* Told of each device that blinks; may be NULL. */
	void (*blinks)(void *ctx, const char *device);
	void *ctx;
};

#define CHILD_INIT \
	((struct child){ .fd = -1, .in = BUF_INIT(FRAME_MAX + 65536) })
#define AUTO_CHILD AUTO(child_stop)

/*
 * Starts it and sends hello; its welcome is read with the first answer, so
 * that two helpers start side by side.  with_stdin: our standard input
 * becomes its descriptor 3.
 */
enum rc child_start(
    struct child *c, const char *name, bool with_stdin, struct err *e);
enum rc child_send(struct child *c, const struct message *m, struct err *e);
/* The same for a request whose "ok" is read with the next answer. */
enum rc child_post(struct child *c, const struct message *m, struct err *e);
/*
 * The next answer, progress shown on the way.  An `error` becomes its status
 * and sentence; RC_HELPER: it died or spoke nonsense; RC_CANCELLED.
 */
enum rc child_recv(struct child *c, struct message **ret, struct err *e);
/* Both, and the answer must be of that type. */
enum rc child_call(struct child *c, const struct message *m, const char *type,
    struct message **ret, struct err *e);
/* End-of-file, after cancel when a signal called us off: it ends by itself. */
void child_hang_up(struct child *c);
/* That, and waits for it; killed when it lingers. */
void child_stop(struct child *c);

/* The absolute path of our own binary.  For mem_free(). */
enum rc child_self(char **ret, struct err *e);

#endif
