/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_PLAN_H
#define AWS_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/aws/endpoint.h"
#include "signer/aws/entry.h"
#include "signer/aws/setting.h"
#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/base/pool.h"

/*
 * From a profile's name to the chain that serves it: token key -> session
 * (GetSessionToken) -> role -> role.  Deciding only: nothing is opened,
 * asked or sent here, and no secret is read.
 */

enum link_kind { LINK_SESSION, LINK_ROLE };
enum cache_mode { CACHE_DISK, CACHE_RUNTIME, CACHE_NONE };

enum { PLAN_MAX_LINKS = 8, PLAN_MAX_MFA = ENTRY_MAX };
enum { SESSION_SECONDS_DEFAULT = 43200, TOUCH_SECONDS_DEFAULT = 30 };

/* An MFA device, and where its codes come from: a URI, prompt, command:… */
struct link_mfa {
	const char *serial, *entry;
};

/* One STS call.  Strings live until plan_done(); NULL: not given. */
struct link {
	enum link_kind kind;
	const char *profile; /* the one that this link was resolved from */
	struct endpoint endpoint;
	bool by_key; /* signed by the token key, not the link before */
	struct link_mfa mfa[PLAN_MAX_MFA]; /* one of these gives the code */
	size_t nmfa;                       /* 0: the request has none */
	int64_t seconds;     /* to ask for; 0: STS's own default */
	int64_t seconds_cap; /* the most that STS grants here */
	const char *role_arn, *session_name, *external_id;
	char *cache_key;  /* exactly what shapes this link */
	char *cache_name; /* readable, plus a 64-bit hash: a file name */
};

struct plan {
	const char *profile;
	const char *key; /* URI of the token key */
	const char *access_key_id;
	const char *key_profile;        /* the profile that names the key */
	const char *user;               /* stskey_user, or NULL */
	const char *pin_source;         /* STSKEY_PIN_SOURCE, or the profile */
	const char *pin_source_default; /* [defaults]: after what a URI says */
	const char *module, *pinentry, *ca_bundle;
	const char *prompt; /* stskey_prompt, one of its words; never NULL */
	bool notify;        /* stskey_notify = expiry */
	enum cache_mode cache;
	int64_t timeout_seconds; /* 0: the verb's own default */
	int64_t touch_seconds;   /* to wait for a touch */
	struct link *links;      /* owned; from the session to the last role */
	size_t n;                /* at least one */
	struct pool strings;     /* owns the text the pointers mean */
};

#define AUTO_PLAN AUTO(plan_done)
/*
 * RC_NOTFOUND: no such profile (the sentence lists some that would do);
 * RC_CONFIG with file:line: unknown stskey_ key, loop, shadowed role, …
 */
enum rc plan_make(const struct setting_input *in, const char *profile,
    struct plan *ret, struct err *e);
void plan_done(struct plan *p);
/* For a verb that makes no plan: ret's prompt and its two waits.  RC_CONFIG. */
enum rc plan_person(const struct setting_input *in, const char *profile,
    struct plan *ret, struct err *e);
/* Seconds an entry must have left to be served: min(16 min, half of it). */
int64_t plan_min_left(int64_t granted_seconds);

#endif
