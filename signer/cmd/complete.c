/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/complete.h"

#include <string.h>

#include "signer/cmd/session.h"
#include "signer/host/term.h"

enum { OUT_MAX = 4 * 1024 * 1024, MAX_OPTIONS = 64 };

/* The words of one command line; the last is the one to complete. */
struct line {
	const struct verb *verbs;
	size_t nverbs;
	char **words;
	size_t n;
	struct offers offers;
};

static void
line_done(struct line *l)
{
	buf_done(&l->offers.out);
	names_done(&l->offers.seen);
	pool_done(&l->offers.strings);
}

static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

void
offer(struct offers *o, const char *word, const char *help)
{
	const char *whole = pool_fmt(
	    &o->strings, "%s%s", o->before != NULL ? o->before : "", word);

	if (word[0] == '\0' || !is_plain(whole) ||
	    names_add(&o->seen, BYTES_STR(whole), 1) != 0)
		return;
	buf_str(&o->out, whole);
	if (help != NULL && is_plain(help)) {
		buf_chr(&o->out, '\t');
		buf_str(&o->out, help);
	}
	buf_chr(&o->out, '\n');
}

void
offer_shells(struct offers *o, const char *what)
{
	buf_chr(&o->out, '\t');
	buf_str(&o->out, what);
	buf_chr(&o->out, '\n');
}

void
offer_words(struct offers *o, const char *words)
{
	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		offer(o, pool_add(&o->strings, BYTES(words, len)), NULL);
		words += len + strspn(words + len, " ");
	}
}

/* Of "key import" that much is the word of a noun; 0: one word. */
static size_t
noun_of(const struct verb *v)
{
	const char *space = strchr(v->name, ' ');

	return space != NULL ? (size_t)(space - v->name) : 0;
}

static bool
is_noun(const struct verb *v, const char *word)
{
	return noun_of(v) > 0 && bytes_is(BYTES(v->name, noun_of(v)), word);
}

/* "import, adopt, list, …": what may follow a noun. */
static const char *
noun_help(struct line *l, size_t i)
{
	AUTO_BUF struct buf b = BUF_INIT(1024);
	const char *noun = pool_add(
	    &l->offers.strings, BYTES(l->verbs[i].name, noun_of(&l->verbs[i])));

	for (; i < l->nverbs; i++)
		if (is_noun(&l->verbs[i], noun))
			buf_fmt(&b, "%s%s", b.len > 0 ? ", " : "",
			    l->verbs[i].name + strlen(noun) + 1);
	return pool_add(&l->offers.strings, buf_bytes(&b));
}

static void
first_words(struct line *l, bool options)
{
	for (size_t i = 0; i < l->nverbs; i++) {
		const struct verb *v = &l->verbs[i];
		size_t noun = noun_of(v);

		if (noun == 0)
			offer(&l->offers, v->name, v->help);
		else
			offer(&l->offers,
			    pool_add(&l->offers.strings, BYTES(v->name, noun)),
			    noun_help(l, i));
	}
	if (!options)
		return;
	offer(&l->offers, "--help", NULL);
	offer(&l->offers, "--version", NULL);
}

static void
second_words(struct line *l, const char *noun)
{
	for (size_t i = 0; i < l->nverbs; i++)
		if (is_noun(&l->verbs[i], noun))
			offer(&l->offers,
			    l->verbs[i].name + noun_of(&l->verbs[i]) + 1,
			    l->verbs[i].help);
}

/* The verb that the line begins with, and its words. */
static const struct verb *
find_verb(const struct line *l, size_t *words)
{
	for (size_t i = 0; i < l->nverbs; i++) {
		const struct verb *v = &l->verbs[i];
		size_t noun = noun_of(v);

		*words = noun > 0 ? 2 : 1;
		if (l->n <= *words)
			continue;
		if (noun == 0 && strcmp(l->words[0], v->name) == 0)
			return v;
		if (is_noun(v, l->words[0]) &&
		    strcmp(l->words[1], v->name + noun + 1) == 0)
			return v;
	}
	return NULL;
}

static bool
has_name(const struct option *o)
{
	return o->kind != OPTION_PLACE && o->kind != OPTION_REST;
}

static const struct option *
find_in(const struct option *o, struct bytes name)
{
	for (; o->kind != OPTION_END; o++)
		if (has_name(o) && bytes_is(name, o->name))
			return o;
	return NULL;
}

/* What was said on the line before the word to complete. */
struct said {
	const struct option *used[MAX_OPTIONS];
	size_t nused, places;
	const struct option *wanting; /* its value is the word to complete */
	bool rest;                    /* "--" is behind us */
};

/* The option of a word like --name or --name=value; NULL: none. */
static const struct option *
option_of(const struct verb *v, const char *word)
{
	struct bytes name = BYTES(word + 2, strcspn(word + 2, "="));
	const struct option *o = find_in(v->options, name);

	return o != NULL ? o : find_in(option_common, name);
}

static void
take_word(struct said *s, const struct verb *v, const char *word)
{
	const struct option *o;

	if (s->wanting != NULL) {
		s->wanting = NULL;
		return;
	}
	if (strcmp(word, "--") == 0) {
		s->rest = true;
		return;
	}
	if (strncmp(word, "--", 2) != 0) {
		s->places++;
		return;
	}
	o = option_of(v, word);
	if (o == NULL)
		return;
	if (s->nused < MAX_OPTIONS)
		s->used[s->nused++] = o;
	if (o->kind != OPTION_FLAG && strchr(word, '=') == NULL)
		s->wanting = o;
}

/* An option is given once. */
static void
options(struct line *l, const struct said *s, const struct option *o)
{
	for (; o->kind != OPTION_END; o++) {
		bool used = !has_name(o);

		for (size_t i = 0; i < s->nused; i++)
			used = used || s->used[i] == o;
		if (!used)
			offer(&l->offers,
			    pool_fmt(&l->offers.strings, "--%s", o->name),
			    o->help);
	}
}

static const struct option *
place(const struct verb *v, size_t n)
{
	for (const struct option *o = v->options; o->kind != OPTION_END; o++)
		if (o->kind == OPTION_PLACE && n-- == 0)
			return o;
	return NULL;
}

/* Whether the verb runs another program's words. */
static bool
takes_rest(const struct verb *v)
{
	for (const struct option *o = v->options; o->kind != OPTION_END; o++)
		if (o->kind == OPTION_REST)
			return true;
	return false;
}

static void
all_options(struct line *l, const struct verb *v, const struct said *s)
{
	options(l, s, v->options);
	options(l, s, option_common);
	offer(&l->offers, "--help", NULL);
	if (takes_rest(v))
		offer(&l->offers, "--", NULL);
}

/* --name=VALUE, as one word. */
static void
joined(struct line *l, const struct verb *v, const char *word)
{
	const struct option *o = option_of(v, word);

	if (o == NULL || o->kind == OPTION_FLAG)
		return;
	l->offers.before = pool_fmt(&l->offers.strings, "--%s=", o->name);
	complete_value(&l->offers, v, o);
}

static void
after_verb(struct line *l, const struct verb *v, size_t words)
{
	const char *last = l->words[l->n - 1];
	const struct option *o;
	struct said s = { .nused = 0 };

	for (size_t i = words; i < l->n - 1 && !s.rest; i++)
		take_word(&s, v, l->words[i]);
	o = s.wanting != NULL ? s.wanting : place(v, s.places);
	if (s.rest && takes_rest(v))
		offer_shells(&l->offers, "command");
	else if (s.rest)
		return;
	else if (s.wanting == NULL && strncmp(last, "--", 2) == 0 &&
		 strchr(last, '=') != NULL)
		joined(l, v, last);
	else if (s.wanting == NULL && (o == NULL || last[0] == '-'))
		all_options(l, v, &s);
	else
		complete_value(&l->offers, v, o);
}

static void
words(struct line *l)
{
	size_t nverb = 0;
	const struct verb *v = find_verb(l, &nverb);

	if (l->n == 1)
		first_words(l, l->words[0][0] == '-');
	else if (v != NULL && v->options[0].kind == OPTION_END &&
		 strcmp(v->name, "help") == 0 && l->n == 2)
		first_words(l, false);
	else if (v != NULL && strcmp(v->name, "help") == 0 && l->n == 3)
		second_words(l, l->words[1]);
	else if (v != NULL)
		after_verb(l, v, nverb);
	else if (l->n == 2)
		second_words(l, l->words[0]);
}

enum rc
complete(const struct verb *verbs, size_t n, char **argv, struct err *e)
{
	AUTO(line_done)
	struct line l = { .verbs = verbs,
		.nverbs = n,
		.words = argv,
		.offers = { .out = BUF_INIT(OUT_MAX) } };

	term_voice(TERM_QUIET);
	while (argv[l.n] != NULL)
		l.n++;
	if (l.n == 0)
		return RC_OK;
	words(&l);
	return session_print(buf_bytes(&l.offers.out), e);
}
