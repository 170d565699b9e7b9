/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_ENROLMENT_STEPS_H
#define CMD_ENROLMENT_STEPS_H

#include "signer/cmd/enrolment.h"

/* What going on with an enrolment and undoing it share. */

/* "sealed:NAME" of the journal; lives as long as n. */
const char *enrolment_uri(struct enrolment *n);
/*
 * What is sealed under the name: for which device (NULL: nothing is), and how
 * many keys open it.
 */
enum rc enrolment_sealed(
    struct enrolment *n, const char **serial, size_t *seals, struct err *e);
/* If it is ours: another enrolment may have taken the name meanwhile. */
enum rc enrolment_remove_sealed(struct enrolment *n, struct err *e);
/* The device in IAM whose seed nobody has any more. */
enum rc enrolment_delete_lost(struct enrolment *n, struct err *e);

#endif
