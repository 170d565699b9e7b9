/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_POLICY_H
#define TOKEN_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * What the token process signs, decided before a key is opened.  Everything
 * that is not plainly one of the requests below is refused (RC_POLICY).
 */

enum {
	POLICY_SKEW_SECONDS = 15 * 60,        /* what AWS accepts */
	POLICY_CORRECTED_SECONDS = 24 * 3600, /* once, at the service's time */
	POLICY_CODE_SECONDS = 60,             /* from the time that is held */
	POLICY_CODES = 8,                     /* of one process */
};

struct policy_request {
	const char *access_key_id;
	const char *method, *host, *path, *query; /* query may be NULL */
	const char *content_type;                 /* "": there is none */
	struct bytes body;
	const char *region, *service;
	int64_t time;
	bool corrected; /* time comes from the service's own Date */
};

/* An action of STS or IAM that is needed, in a form that can be read in one way only. */
enum rc policy_check(
    const struct policy_request *r, int64_t now, struct err *e);
/* The service's clock less ours: what it is, and what the conductor may say. */
struct policy_skew {
	int64_t in_use;
	int64_t taken; /* the one beyond 15 minutes that it gave; 0: none yet */
};
/*
 * Whether it may be that one: any within 15 minutes, the one in use, and once
 * another within a day, give or take a minute.  RC_CLOCK: beyond a day.
 */
enum rc policy_skew(int64_t skew, const struct policy_skew *s, struct err *e);
/*
 * Whether a code may be made for that time, after `made` others: only the
 * present one, and few, since whoever asks gets no stock of them.
 */
enum rc policy_code(
    int64_t time, int64_t corrected_now, unsigned int made, struct err *e);
/* host[:port], without userinfo, path or anything that ends a header. */
bool policy_is_host(const char *s);

#endif
