/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signer/base/auto.h"
#include "signer/base/buf.h"

/*
 * Bytes nobody else may see: pages of their own between guard pages, locked
 * in memory, left out of core dumps, and wiped by secret_done().  There is no
 * function that prints one.  Where mlock(2) is refused the process says so
 * once, on standard error, and goes on.
 */
struct secret {
	uint8_t *p; /* never NULL once set, even when len is 0 */
	size_t len;
	size_t cap; /* the writable bytes; what lies beyond is a guard page */
};

#define AUTO_SECRET AUTO(secret_done)

/* Both drop what s held before.  secret_new() gives len zero bytes to fill. */
void secret_new(struct secret *s, size_t len);
void secret_set(struct secret *s, struct bytes from);
void secret_cut(struct secret *s, size_t len); /* shorter; wipes the tail */
struct bytes secret_bytes(const struct secret *s);
bool secret_eq(const struct secret *a, struct bytes b);   /* constant time */
void secret_move(struct secret *to, struct secret *from); /* from is emptied */
void secret_done(struct secret *s);

#endif
