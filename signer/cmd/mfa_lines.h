/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_MFA_LINES_H
#define CMD_MFA_LINES_H

#include "signer/aws/plan.h"
#include "signer/base/err.h"
#include "signer/base/pool.h"
#include "signer/cmd/world.h"

/* The lines of a profile that say which MFA devices it has. */
struct mfa_lines {
	struct link_mfa at[PLAN_MAX_MFA];
	size_t n;
};

/*
 * The devices that the section of a profile names, which need not have a key
 * yet; one that nothing else is said of has its codes from a prompt.  Strings
 * live in p.  RC_CONFIG with file:line where they cannot be read.
 */
enum rc mfa_lines_read(const struct world *w, const char *profile,
    struct pool *p, struct mfa_lines *ret, struct err *e);
/*
 * RC_CONFIG where a device of that serial number cannot stand beside those:
 * one too many, or one of them without an ARN.
 */
enum rc mfa_lines_room(
    const struct link_mfa *had, size_t n, const char *serial, struct err *e);
/*
 * Sets that add a device to those that are there, or put it in the place of
 * the one of its serial number; of the others none is lost.
 */
void mfa_lines_add(const struct link_mfa *had, size_t n,
    const struct link_mfa *made, struct pool *p, struct world_change *c);

#endif
