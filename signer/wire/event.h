/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WIRE_EVENT_H
#define WIRE_EVENT_H

#include <stdint.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/base/pool.h"

/*
 * One line of the log (stskey(1), LOG): a JSON object of the members below, by
 * those names, in that order.  What is NULL or 0 is left out, but time,
 * action, outcome and touched are always there.  No secret and no code has a
 * place in it.
 */

enum { EVENT_TOUCHES = 8, EVENT_MAX = 8192 };

struct event {
	int64_t time;        /* written as 2026-11-24T08:14:03Z */
	const char *program; /* that asked stskey: "terraform" */
	int64_t pid;         /* its */
	const char *profile;
	const char *action;     /* of AWS; touch, code: there was no request */
	const char *outcome;    /* ok, AWS's code, not sent, … */
	const char *service;    /* sts, iam */
	const char *role_arn;   /* that was to be assumed */
	const char *mfa_serial; /* the device whose code went with it */
	const char *signed_by;  /* access key id; of a key or a session */
	const char *request_id; /* AWS's */
	const char *access_key_id; /* of the session that was granted */
	const char *touched[EVENT_TOUCHES]; /* devices, a touch each */
	size_t ntouched;
};

/* The line with its end; RC_FORMAT: longer than EVENT_MAX. */
enum rc event_encode(const struct event *ev, struct buf *ret, struct err *e);
/* A line without its end; strings live in p.  RC_FORMAT. */
enum rc event_decode(
    struct bytes line, struct pool *p, struct event *ret, struct err *e);

#endif
