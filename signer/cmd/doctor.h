/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_DOCTOR_H
#define CMD_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "signer/aws/plan.h"
#include "signer/base/err.h"
#include "signer/base/pool.h"
#include "signer/cmd/world.h"

/*
 * An examination that harms nothing: nobody logs in, nothing blinks, no call
 * is made that a service would deny.  Each check is a row of the table in
 * doctor.c and finds any number of things, one line each.
 */

enum grade { GRADE_OK, GRADE_WARN, GRADE_FAIL };

/* Strings live as long as the examination; none is or holds a secret. */
struct finding {
	const char *check, *text;
	const char *mend; /* the command that mends it, or NULL */
	enum grade grade;
	enum rc rc; /* of a failure */
};

/* A profile that is examined. */
struct patient {
	const char *profile;
	struct plan plan; /* n 0: none can be made */
};

struct doctor {
	const char *profile, *output; /* options; NULL: not given */
	bool test_mfa;
	struct world world;
	bool loaded; /* the world is */
	struct patient *patients;
	size_t npatients;
	struct finding *findings;
	size_t nfindings, cap;
	const char *check; /* the name of the row that runs */
	struct pool strings;
};

/* What a check found; a check tells the same sentence once. */
void doctor_ok(struct doctor *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void doctor_warn(struct doctor *d, const char *mend, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void doctor_fail(struct doctor *d, enum rc rc, const char *mend,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The link of a plan that takes an MFA code; NULL: none does. */
const struct link *doctor_code_link(const struct plan *p);

typedef void doctor_check(struct doctor *d);

/* doctor_config.c */
doctor_check doctor_config, doctor_shadows, doctor_unknown, doctor_mfa,
    doctor_factors;
/* doctor_process.c */
doctor_check doctor_process;
/* doctor_files.c */
doctor_check doctor_plaintext, doctor_permissions;
/* doctor_token.c */
doctor_check doctor_tokens, doctor_fido;
/* doctor_host.c */
doctor_check doctor_pcscd, doctor_wsl;
/* doctor_net.c */
doctor_check doctor_endpoints;
/* doctor_mfa.c */
doctor_check doctor_test_mfa;

#endif
