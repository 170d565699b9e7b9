/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "signer/cmd/status_rows.h"

/* A line a profile, for a person at a terminal. */

enum {
	GAP = 2,
	BAR = 10,
	BAR_LEAST = 4,
	LEFT = 6, /* 11h59m, and a blank before it */
	TEXT_LEAST = 6,
	CELL_MAX = 4096,
};

struct table {
	const struct screen *screen;
	struct rows rows;
	size_t width[COLUMNS]; /* 0: left out */
	size_t bar;
};

static const char *const titles[COLUMNS] = { "PROFILE", "KEY", "MFA", "SESSION",
	"ROLE", "LAST USED" };

/* The first of the terminal's styles is none. */
enum style { PLAIN, BOLD, DIM, RED, YELLOW, GREEN };
static const char *const codes[] = { "", "\033[1m", "\033[2m", "\033[31m",
	"\033[33m", "\033[32m" };

static bool
begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* Cells of the terminal, a character each. */
static size_t
width_of(const char *s)
{
	size_t n = 0;

	for (; s != NULL && *s != '\0'; s++)
		n += begins_character(*s);
	return n;
}

static void
styled(struct buf *out, const struct table *t, enum style style, const char *s)
{
	bool on = t->screen->colours && style != PLAIN;

	buf_str(out, on ? codes[style] : "");
	buf_str(out, s);
	buf_str(out, on ? "\033[0m" : "");
}

/* s in so many cells: cut with a mark, or with blanks after it. */
static const char *
fitted(struct table *t, const char *s, size_t width)
{
	AUTO_BUF struct buf b = BUF_INIT(CELL_MAX);
	size_t have = width_of(s), n = 0;
	bool cut = have > width;

	for (; *s != '\0'; s++) {
		n += begins_character(*s);
		if (n + cut > width)
			break;
		buf_chr(&b, *s);
	}
	if (cut)
		buf_str(&b, t->screen->blocks ? "…" : "~");
	for (; have < width; have++)
		buf_chr(&b, ' ');
	return pool_add(&t->rows.strings, buf_bytes(&b));
}

static enum style
style_of(const struct status_link *l)
{
	/* From here on the next caller makes a new one. */
	if (l->left < plan_min_left(l->granted))
		return RED;
	return l->left < l->granted / 4 ? YELLOW : GREEN;
}

static void
put_bar(struct buf *out, struct table *t, const struct status_link *l)
{
	AUTO_BUF struct buf bar = BUF_INIT(CELL_MAX);
	AUTO_BUF struct buf left = BUF_INIT(CELL_MAX);
	size_t full = 0;

	if (l->granted > 0)
		full = ((size_t)l->left * t->bar + (size_t)l->granted - 1) /
		       (size_t)l->granted;
	for (size_t i = 0; i < t->bar; i++)
		if (t->screen->blocks)
			buf_str(&bar, i < full ? "█" : "░");
		else
			buf_chr(&bar, i < full ? '#' : '.');
	status_duration(&left, l->left, true);
	styled(out, t, style_of(l), buf_cstr(&bar));
	buf_chr(out, ' ');
	buf_str(out, fitted(t, buf_cstr(&left), LEFT));
}

static void
put_cell(struct buf *out, struct table *t, const struct row *r, enum column c)
{
	enum style style = PLAIN;

	if (r->links[c].left > 0) {
		put_bar(out, t, &r->links[c]);
		return;
	}
	if (c == PROFILE)
		style = BOLD;
	if (c == MFA && r->one_device)
		style = YELLOW;
	if (c == SESSION || c == ROLE)
		style = DIM;
	styled(out, t, style, fitted(t, r->text[c], t->width[c]));
}

static void
put_row(struct buf *out, struct table *t, const struct row *r)
{
	size_t rest = (size_t)t->screen->columns;

	for (int c = 0; c < COLUMNS; c++) {
		if (t->width[c] == 0)
			continue;
		buf_str(out, c > PROFILE ? "  " : "");
		put_cell(out, t, r, (enum column)c);
		if (r->wrong == NULL)
			continue;
		rest -= t->width[PROFILE] + GAP;
		buf_str(out, "  ");
		styled(out, t, RED, fitted(t, r->wrong, rest));
		break;
	}
	buf_chr(out, '\n');
}

static void
put_titles(struct buf *out, struct table *t)
{
	for (int c = 0; c < COLUMNS; c++) {
		if (t->width[c] == 0)
			continue;
		buf_str(out, c > PROFILE ? "  " : "");
		styled(out, t, DIM, fitted(t, titles[c], t->width[c]));
	}
	buf_chr(out, '\n');
}

static size_t
total(const struct table *t)
{
	size_t n = 0;

	for (int c = 0; c < COLUMNS; c++)
		if (t->width[c] > 0)
			n += t->width[c] + (n > 0 ? GAP : 0);
	return n;
}

static void
set_bars(struct table *t, size_t bar)
{
	t->bar = bar;
	for (int c = SESSION; c <= ROLE; c++)
		if (t->width[c] > 0)
			t->width[c] = bar + 1 + LEFT;
}

/* The widest of the texts, where it may be narrower; or NULL. */
static size_t *
widest(struct table *t)
{
	size_t *ret = NULL;

	for (int c = PROFILE; c <= MFA; c++)
		if (t->width[c] > TEXT_LEAST &&
		    (ret == NULL || t->width[c] > *ret))
			ret = &t->width[c];
	return ret;
}

/* For what is in that row; a column of nothing but "-" is left out. */
static void
widen(struct table *t, const struct row *r)
{
	for (int c = 0; c < COLUMNS; c++) {
		size_t title = strlen(titles[c]), text = width_of(r->text[c]);
		size_t need = text > title ? text : title;

		if ((c != ROLE || r->has[c]) && need > t->width[c])
			t->width[c] = need;
	}
}

/* Narrower bars, then shorter texts, then fewer columns. */
static void
lay_out(struct table *t)
{
	static const enum column spare[] = { MFA, KEY, USED, ROLE };
	size_t most = (size_t)t->screen->columns, *wide;

	for (size_t i = 0; i < t->rows.n; i++)
		widen(t, &t->rows.at[i]);
	set_bars(t, BAR);
	if (total(t) > most)
		set_bars(t, BAR_LEAST);
	while (total(t) > most && (wide = widest(t)) != NULL)
		(*wide)--;
	for (size_t i = 0; i < sizeof(spare) / sizeof(spare[0]); i++)
		if (total(t) > most)
			t->width[spare[i]] = 0;
	if (total(t) > most)
		t->width[SESSION] = 0;
	if (total(t) > most)
		t->width[PROFILE] = most;
}

static void
table_done(struct table *t)
{
	rows_done(&t->rows);
}

enum rc
status_table(const struct world *w, const char *profile, const struct screen *s,
    struct buf *out, struct err *e)
{
	AUTO(table_done) struct table t = { .screen = s };
	enum rc rc = rows_fill(w, profile, &t.rows, e);

	if (rc != RC_OK)
		return rc;
	lay_out(&t);
	put_titles(out, &t);
	for (size_t i = 0; i < t.rows.n; i++)
		put_row(out, &t, &t.rows.at[i]);
	return RC_OK;
}
