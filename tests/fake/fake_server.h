/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_FAKE_SERVER_H
#define FAKE_FAKE_SERVER_H

#include <pthread.h>
#include <stdbool.h>

#include "signer/base/buf.h"

/*
 * An HTTP server on loopback, in a thread of its own: each request meets the
 * next of a few scripted steps.
 */

enum how {
	SAY,         /* the reply, and keep the connection */
	SAY_CLOSE,   /* the reply, and close */
	CLOSE,       /* take the whole request, and close */
	CLOSE_EARLY, /* close on the first byte of the request */
	STALL,       /* take the request, and nothing more */
	FLOOD,       /* the reply, then its fill again and again */
};

struct fake_step {
	enum how how;
	const char *reply, *fill;
};

struct fake_server {
	int listener, stop[2];
	char url[64];
	const struct fake_step *steps; /* up to a NULL reply */
	size_t at;
	/* Read once the thread is joined. */
	struct buf seen; /* all that was received */
	int connections, requests;
	pthread_t thread;
};

void fake_server_start(struct fake_server *s, const struct fake_step *steps);
/* Ends the thread; from then on what was seen can be read. */
void fake_server_stop(struct fake_server *s);
/* How often what stands in all that was received. */
int fake_server_seen(const struct fake_server *s, const char *what);
void fake_server_done(struct fake_server *s);

#endif
