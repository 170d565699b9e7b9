/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/entry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "signer/aws/csv.h"
#include "signer/aws/sts.h"
#include "signer/base/enc.h"
#include "signer/base/mem.h"
#include "signer/store/file.h"
#include "signer/token/name.h"
#include "signer/token/offer.h"
#include "signer/token/plain.h"
#include "signer/token/prompt.h"

enum {
	CALLERS_STDIN = 3, /* the conductor passes it on as that */
	LINE_MAX_BYTES = 1024,
	CSV_MAX = 64 * 1024,
};

static enum rc
ask_person(const struct state *s, const struct entry_request *r, struct pool *p,
    struct secret *ret, struct err *e)
{
	struct prompt q = {
		.text = name_printable(p,
		    r->seed ? pool_fmt(p,
				  "stskey: the seed goes into the token and "
				  "nowhere else (MFA device %s)",
				  r->serial)
			    : pool_fmt(p,
				  "stskey: the secret goes into the token and "
				  "nowhere else (access key %s)",
				  r->access_key_id)),
		.label = r->seed ? "base32 seed" : "secret access key",
		.nobody = RC_USAGE,
		.instead = "give it as one line on standard input",
	};

	return prompt_ask(s, &q, ret, e);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* White space around it is how it was pasted. */
static struct bytes
trimmed(struct bytes s)
{
	while (s.len > 0 && is_blank(s.p[0]))
		s = BYTES(s.p + 1, s.len - 1);
	while (s.len > 0 && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

/*
 * More lines are a paste of something else.  What has not come yet is not
 * waited for: a pipe may be kept open for ever.
 */
static enum rc
check_alone(const struct state *s, struct err *e)
{
	struct pollfd pfd = { .fd = CALLERS_STDIN, .events = POLLIN };
	AUTO_SECRET struct secret rest = { 0 };
	enum rc rc = RC_OK;

	secret_new(&rest, LINE_MAX_BYTES);
	while (rc == RC_OK && poll(&pfd, 1, 0) > 0) {
		ssize_t n = read(CALLERS_STDIN, rest.p, rest.len);

		if (n <= 0)
			return RC_OK;
		if (trimmed(BYTES(rest.p, (size_t)n)).len > 0)
			return err_set(e, RC_USAGE,
			    "standard input has more than one line: give the "
			    "secret or seed alone, or a CSV file by --csv");
		rc = patience_left(&s->patience, "standard input", e);
	}
	return rc;
}

static enum rc
read_stdin(const struct state *s, struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret line = { 0 };
	enum rc rc;

	if (fcntl(CALLERS_STDIN, F_GETFD) < 0)
		return err_set(e, RC_USAGE,
		    "there is no standard input to read the secret from");
	rc = patience_read(&s->patience,
	    &(struct intake){ .fd = CALLERS_STDIN,
		.max = LINE_MAX_BYTES,
		.line = true,
		.what = "the line on standard input" },
	    &line, e);
	if (rc == RC_OK)
		rc = check_alone(s, e);
	if (rc == RC_OK)
		secret_move(ret, &line);
	return rc;
}

static enum rc
cannot_open(const char *path, struct err *e)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return err_set(e, RC_NOTFOUND,
		    "'%s' does not exist: give --csv the file that the IAM "
		    "console let you save",
		    path);
	if (errno == EACCES || errno == EPERM)
		return err_set(e, RC_CONFIG,
		    "'%s' cannot be read: no permission; 'ls -l' shows whose "
		    "it is, 'chmod u+r' makes your own readable",
		    path);
	return err_sys(
	    e, "give --csv another file, as '%s' cannot be opened", path);
}

/* A browser makes it 0644, so its mode is no reason to refuse it. */
static enum rc
open_csv(const struct state *s, const char *path, struct secret *text,
    bool *open_to_all, struct err *e)
{
	AUTO_FD int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return cannot_open(path, e);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return err_set(e, RC_CONFIG, "'%s' is not a file", path);
	*open_to_all = (st.st_mode & (S_IRGRP | S_IROTH)) != 0;
	return patience_read(&s->patience,
	    &(struct intake){ .fd = fd, .max = CSV_MAX, .what = path }, text,
	    e);
}

static enum rc
read_csv(const struct state *s, const struct entry_request *r, struct pool *p,
    struct entry *ret, struct err *e)
{
	AUTO_SECRET struct secret text = { 0 };
	bool open_to_all = false;
	struct csv_key key;
	enum rc rc;

	if (r->path == NULL)
		return err_set(e, RC_USAGE, "which CSV file is not said");
	rc = open_csv(s, r->path, &text, &open_to_all, e);
	if (rc != RC_OK)
		return rc;
	rc = csv_access_key(secret_bytes(&text), &key, e);
	if (rc != RC_OK)
		return err_in(e, RC_CONFIG, "%s", r->path);
	ret->access_key_id = pool_add(p, key.access_key_id);
	secret_set(&ret->value, key.secret_access_key);
	if (open_to_all)
		ret->warning = pool_fmt(p,
		    "'%s' can be read by other users of this machine, who may "
		    "have copied the secret",
		    r->path);
	return RC_OK;
}

static enum rc
credentials_path(struct pool *p, const char **ret, struct err *e)
{
	const char *named = getenv("AWS_SHARED_CREDENTIALS_FILE");
	AUTO_MEM char *path = NULL;
	enum rc rc;

	*ret = named;
	if (named != NULL && named[0] != '\0')
		return RC_OK;
	rc = file_aws("credentials", &path, e);
	if (rc == RC_OK)
		*ret = pool_add(p, BYTES_STR(path));
	return rc;
}

static enum rc
read_credentials(const struct entry_request *r, struct pool *p,
    struct entry *ret, struct err *e)
{
	AUTO_PLAIN struct plain plain = { 0 };
	const char *path = r->path;
	enum rc rc = RC_OK;

	if (path == NULL)
		rc = credentials_path(p, &path, e);
	if (rc == RC_OK)
		rc = plain_find(p, path,
		    r->profile != NULL ? r->profile : "default", &plain, e);
	if (rc != RC_OK)
		return rc;
	ret->access_key_id = plain.access_key_id;
	secret_move(&ret->value, &plain.secret_access_key);
	return RC_OK;
}

/* Base32StringSeed: the base64 of what the console shows. */
static enum rc
read_offered(const struct entry_request *r, struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret coded = { 0 };
	enum rc rc = offer_open(r->offered, &coded, e);

	if (rc != RC_OK)
		return rc;
	rc = enc_unbase64_secret(ret, trimmed(secret_bytes(&coded)), e);
	if (rc != RC_OK)
		return err_in(e, rc,
		    "what AWS handed out is no seed: begin the enrolment "
		    "again");
	return RC_OK;
}

static enum rc
read_raw(const struct state *s, const struct entry_request *r, struct pool *p,
    struct entry *ret, struct err *e)
{
	ret->access_key_id = r->access_key_id;
	switch (r->from) {
	case ENTRY_PROMPT:
		return ask_person(s, r, p, &ret->value, e);
	case ENTRY_STDIN:
		return read_stdin(s, &ret->value, e);
	case ENTRY_CSV:
		return read_csv(s, r, p, ret, e);
	case ENTRY_CREDENTIALS:
		return read_credentials(r, p, ret, e);
	case ENTRY_OFFER:
		return read_offered(r, &ret->value, e);
	}
	return err_set(e, RC_USAGE, "no such source of a secret");
}

static enum rc
check_ids(
    const struct entry_request *r, const struct entry *entry, struct err *e)
{
	enum rc rc;

	if (entry->access_key_id == NULL)
		return err_set(e, RC_USAGE,
		    "give the access key id of the secret: --access-key-id "
		    "AKIA…");
	rc = sts_check_access_key_id(BYTES_STR(entry->access_key_id), e);
	if (rc != RC_OK || r->access_key_id == NULL ||
	    strcmp(r->access_key_id, entry->access_key_id) == 0)
		return rc;
	/* What stands there is not shown: it may be the secret, swapped. */
	return err_set(e, RC_CONFIG,
	    "the access key id there is not %s: give the one that belongs to "
	    "the secret, or leave out --access-key-id",
	    r->access_key_id);
}

/* SigV4 keys its first HMAC with "AWS4" and the secret. */
static void
with_prefix(struct bytes secret, struct secret *ret)
{
	static const char prefix[] = "AWS4";
	size_t n = strlen(prefix);
	AUTO_SECRET struct secret s = { 0 };

	secret_new(&s, n + secret.len);
	memcpy(s.p, prefix, n);
	memcpy(s.p + n, secret.p, secret.len);
	secret_move(ret, &s);
}

enum rc
entry_read(const struct state *s, const struct entry_request *r, struct pool *p,
    struct entry *ret, struct err *e)
{
	AUTO_ENTRY struct entry raw = { 0 };
	AUTO_SECRET struct secret value = { 0 };
	struct bytes text;
	enum rc rc = read_raw(s, r, p, &raw, e);

	if (rc != RC_OK)
		return rc;
	text = trimmed(secret_bytes(&raw.value));
	if (r->seed) {
		rc = entry_seed(text, &value, e);
	} else {
		rc = check_ids(r, &raw, e);
		if (rc == RC_OK)
			rc = sts_check_secret(text, e);
		if (rc == RC_OK)
			with_prefix(text, &value);
	}
	if (rc != RC_OK)
		return rc;
	*ret = (struct entry){ .access_key_id = raw.access_key_id,
		.warning = raw.warning };
	secret_move(&ret->value, &value);
	return RC_OK;
}

void
entry_done(struct entry *entry)
{
	secret_done(&entry->value);
}
