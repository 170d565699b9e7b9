/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * One message of the wire (docs/PROTOCOL.md): a JSON object whose "type" is
 * in the table of wire/schema.c, which also says its members and their kinds.
 * Unknown types, unknown or missing members, wrong kinds and trailing bytes
 * are errors on both ends.  Memory is wiped when freed.
 */
struct message;

#define AUTO_MESSAGE AUTO(message_freep)

/*
 * What JSON was in is wiped when it is freed.  Any first message sees to it; a
 * process with threads does before it starts one.
 */
void message_wipes(void);

struct message *message_new(const char *type);
void message_free(struct message *m); /* accepts NULL */
void message_freep(struct message **m);
void message_move(struct message **to, struct message **from);
const char *message_type(const struct message *m);
bool message_is(const struct message *m, const char *type);

/*
 * A NULL value leaves the member out; bytes that are not UTF-8 become `?`.
 * Lists, pairs and items that are required are there from the start, empty.
 */
void message_set_str(struct message *m, const char *name, const char *value);
void message_set_int(struct message *m, const char *name, int64_t value);
void message_set_bool(struct message *m, const char *name, bool value);
void message_set_bytes(struct message *m, const char *name, struct bytes v);
/* name is an array of strings. */
void message_add_str(struct message *m, const char *name, const char *value);
/* name is an object of strings, in order. */
void message_set_pair(
    struct message *m, const char *name, const char *key, const char *value);
/* name is an array of objects of strings: open one, then set its members. */
void message_add_item(struct message *m, const char *name);
void message_set_item(
    struct message *m, const char *name, const char *key, const char *value);

/* Strings live as long as m.  NULL, 0 or false where it is not there. */
const char *message_str(const struct message *m, const char *name);
int64_t message_int(const struct message *m, const char *name);
bool message_bool(const struct message *m, const char *name);
bool message_has(const struct message *m, const char *name);
enum rc message_bytes(
    const struct message *m, const char *name, struct buf *ret, struct err *e);
size_t message_count(const struct message *m, const char *name);
const char *message_at(const struct message *m, const char *name, size_t i);
/* Calls each for every pair in order. */
void message_pairs(const struct message *m, const char *name,
    void (*each)(void *ctx, const char *key, const char *value), void *ctx);
const char *message_pair(
    const struct message *m, const char *name, const char *key);
const char *message_item(
    const struct message *m, const char *name, size_t i, const char *key);

/* The JSON text.  RC_HELPER when m is not what the table says. */
enum rc message_encode(const struct message *m, struct buf *ret, struct err *e);
enum rc message_decode(struct bytes json, struct message **ret, struct err *e);

/*
 * A failure as a message, and back: returns its status, sets its sentence
 * (of `error` and `unsent`; any other message is RC_HELPER).
 */
struct message *message_error(enum rc rc, const struct err *e);
enum rc message_to_error(const struct message *m, struct err *e);

#endif
