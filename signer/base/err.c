/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "signer/base/mem.h"

/* What is left of a path or value at the least: both of its ends say which. */
enum { KEEP = 96 };

static const char gap[] = "…";
enum { GAP = sizeof(gap) - 1 };

static bool
within_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Leaves `want` bytes of the n at `at`, a gap in their middle among them. */
static void
cut_middle(char *at, size_t n, size_t want)
{
	size_t head = (want - GAP) / 2;
	size_t tail = n - (want - GAP - head);

	while (head > 0 && within_character(at[head]))
		head--;
	while (tail < n && within_character(at[tail]))
		tail++;
	memcpy(at + head, gap, GAP);
	memmove(at + head + GAP, at + tail, strlen(at + tail) + 1);
}

static size_t
longest_word(char *text, char **ret)
{
	size_t longest = 0;

	for (char *p = text; *p != '\0';) {
		size_t n = strcspn(p, " ");

		if (n > longest) {
			longest = n;
			*ret = p;
		}
		p += n + strspn(p + n, " ");
	}
	return longest;
}

/* The reason and the mend stand at the end: long values give way to them. */
static void
shorten(char *text, size_t max)
{
	size_t len, n;
	char *word = text;

	while ((len = strlen(text)) > max &&
	       (n = longest_word(text, &word)) > KEEP)
		cut_middle(
		    word, n, n > len - max + KEEP ? n - (len - max) : KEEP);
	if (len > max)
		cut_middle(text, len, max);
}

static void put(struct err *e, const char *cause, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

static void
put(struct err *e, const char *cause, const char *fmt, va_list ap)
{
	const char *colon = cause[0] != '\0' ? ": " : "";
	AUTO_MEM char *whole = NULL;
	va_list again;
	size_t len;
	int n;

	va_copy(again, ap);
	n = vsnprintf(e->msg, sizeof(e->msg), fmt, again);
	va_end(again);
	if (n < 0)
		return;
	len = (size_t)n + strlen(colon) + strlen(cause);
	if (len < sizeof(e->msg)) {
		(void)snprintf(e->msg + n, sizeof(e->msg) - (size_t)n, "%s%s",
		    colon, cause);
		return;
	}
	whole = mem_new(len + 1, 1);
	(void)vsnprintf(whole, len + 1, fmt, ap);
	(void)snprintf(whole + n, len + 1 - (size_t)n, "%s%s", colon, cause);
	shorten(whole, sizeof(e->msg) - 1);
	(void)snprintf(e->msg, sizeof(e->msg), "%s", whole);
}

enum rc
err_set(struct err *e, enum rc rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(e, "", fmt, ap);
	va_end(ap);
	return rc;
}

enum rc
err_in(struct err *e, enum rc rc, const char *fmt, ...)
{
	char cause[sizeof(e->msg)];
	va_list ap;

	memcpy(cause, e->msg, sizeof(cause));
	va_start(ap, fmt);
	put(e, cause, fmt, ap);
	va_end(ap);
	return rc;
}

enum rc
err_sys(struct err *e, const char *fmt, ...)
{
	const char *cause = strerror(errno);
	va_list ap;

	va_start(ap, fmt);
	put(e, cause, fmt, ap);
	va_end(ap);
	return RC_SYS;
}
