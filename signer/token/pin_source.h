/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_PIN_SOURCE_H
#define TOKEN_PIN_SOURCE_H

#include "signer/base/pool.h"
#include "signer/token/patience.h"

/*
 * Where a PIN is kept, in the one grammar of all sources: file:PATH,
 * command:CMD, fd:N (one line a PIN), credential:NAME (systemd), prompt; and
 * as RFC 7512 writes a pin-source: file:/path, |command, /path.
 */
enum pin_kind { PIN_PROMPT, PIN_FILE, PIN_COMMAND, PIN_FD };

enum { PIN_MAX = 256 };

struct pin_source {
	enum pin_kind kind;
	const char *text; /* the path, the command, or "fd:4" */
	int fd;           /* as written, until pin_source_place() */
};

/* RC_CONFIG with the grammar.  Strings live in p. */
enum rc pin_source_parse(
    struct pool *p, const char *spec, struct pin_source *ret, struct err *e);

/*
 * fd:0 is our caller's standard input, which comes as descriptor 3 where
 * `begin` says so; then fd:3 is not what its writer meant.  RC_CONFIG.
 */
enum rc pin_source_place(struct pin_source *s, bool has_stdin, struct err *e);

/*
 * The PIN, line ends cut off.  RC_CONFIG: a file that others can read, or a
 * command that failed; RC_PIN: there is nothing in it.
 */
enum rc pin_source_read(const struct pin_source *s, const struct patience *p,
    struct secret *ret, struct err *e);

/*
 * Which source it is, however it is spelled, and what tells its state from a
 * later one; nothing of the PIN.  A command is its text, and has no state.
 */
struct pin_identity {
	const char *name;  /* "file 2049:131" */
	const char *state; /* the same, with mtime and size */
};

/* false: it is not stored anywhere (a pipe).  Strings live in p. */
bool pin_source_identity(
    const struct pin_source *s, struct pool *p, struct pin_identity *ret);

#endif
