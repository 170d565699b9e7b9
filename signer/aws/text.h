/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_TEXT_H
#define AWS_TEXT_H

#include "signer/base/buf.h"

/*
 * Text as Python sees it, because botocore is written in it: its white space
 * (str.strip), its line ends (universal newlines, str.splitlines) and its
 * words (shlex.split).  Everything but text_utf8() takes UTF-8.
 */

/* Whether s is UTF-8 (RFC 3629) without NUL; else *at is the first byte that
 * is not. */
bool text_utf8(struct bytes s, size_t *at);

/* Bytes of the white space character at p, 0 when it is none. */
size_t text_space(const uint8_t *p, const uint8_t *end);
struct bytes text_trim(struct bytes s);
/* Characters of white space before the first other. */
size_t text_indent(struct bytes line);

/* Lines that end in \n, \r\n or \r, without those. */
struct text_lines {
	struct bytes rest;
	bool cr; /* whether there is any \r to look for */
};

struct text_lines text_lines(struct bytes text);
bool text_line(struct text_lines *l, struct bytes *ret);
/* The parts that str.splitlines() makes of a line: at \v, \f, U+2028, … */
bool text_part(struct bytes *rest, struct bytes *ret);

/* The same but for the case of ASCII letters. */
bool text_eq_fold(struct bytes a, struct bytes b);
bool text_begins_fold(struct bytes s, const char *with);
/* Letters, digits and _ . - only, and not too many: fit for a sentence. */
bool text_is_name(struct bytes s);

enum text_word { WORD_NONE, WORD_GOOD, WORD_UNCLOSED };

/* The next word in shell quoting, from *rest to ret, which is emptied. */
enum text_word text_word(struct bytes *rest, struct buf *ret);

#endif
