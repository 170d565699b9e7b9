/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NET_SIGN_H
#define NET_SIGN_H

#include <stdint.h>

#include "signer/base/err.h"
#include "signer/base/pool.h"
#include "signer/net/http.h"

/* Temporary credentials; a long-term key never comes to this program. */
struct session_key {
	const char *access_key_id, *secret_access_key, *session_token;
	const char *region, *service;
	int64_t time;
};

/*
 * Adds Host, X-Amz-Date, X-Amz-Security-Token and Authorization to the
 * request (SigV4 over all its headers); their texts live in strings.
 * RC_CONFIG: the URL; RC_FORMAT: too many headers.
 */
enum rc sign_request(const struct session_key *key, struct http_request *r,
    struct pool *strings, struct err *e);

#endif
