/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRACT_SCENE_H
#define CONTRACT_SCENE_H

#include "tests/contract/contract.h"

/* One step of the suite: a person, and the tokens opened for them. */
struct scene {
	const struct contract *c;
	struct person person;
	struct ask ask;
	struct err e;
};

void scene_init(struct scene *s, const struct contract *c);
/* Both end the test where the token does not open. */
struct token *scene_open(struct scene *s, const char *uri);
/* A key on the token; label NULL: the token alone. */
struct token *scene_open_label(struct scene *s, const char *label);
enum rc scene_mac(struct scene *s, struct token *t, enum mac alg,
    struct bytes msg, struct secret *ret);
enum rc scene_import(struct scene *s, const char *label, enum mac alg,
    struct bytes value, char **uri);
void scene_import_ok(
    struct scene *s, const char *label, enum mac alg, struct bytes value);
enum rc scene_remove(struct scene *s, const char *label);

#endif
