/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stdbool.h>

#include "signer/base/buf.h"

/*
 * The word that was probably meant by one that means nothing: give each that
 * there is to near_try(), then ask near_found().  Sentences may repeat what
 * was found, which is a word of ours or of a file, not the one that was typed.
 */
struct near {
	struct bytes word;  /* what was typed */
	struct bytes found; /* the nearest so far; len 0: none is near */
	size_t distance;
};

#define NEAR_INIT(typed) ((struct near){ .word = (typed) })

void near_try(struct near *n, struct bytes candidate);
bool near_found(const struct near *n);

/*
 * Letters to add, drop, change or swap with their neighbour to come from a
 * to b (optimal string alignment); the case of ASCII letters does not count.
 * Words of more than 40 letters are as far apart as can be.
 */
enum { NEAR_FAR = 40 };
size_t near_distance(struct bytes a, struct bytes b);

#endif
