/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/token/pin_source.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "signer/base/enc.h"
#include "signer/store/file.h"
#include "signer/token/spawn.h"

/* Standard input is /dev/null here; the conductor passes its own on as 3. */
enum { CALLERS_STDIN = 3 };

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static enum rc
parse_fd(
    struct pool *p, const char *number, struct pin_source *ret, struct err *e)
{
	char *end = NULL;
	long n = strtol(number, &end, 10);

	if (number[0] < '0' || number[0] > '9' || *end != '\0' || n > 65535)
		return err_set(e, RC_CONFIG,
		    "the PIN source 'fd:' wants the number of a descriptor, as "
		    "in fd:4");
	ret->kind = PIN_FD;
	ret->fd = (int)n;
	ret->text = pool_fmt(p, "fd:%ld", n);
	return RC_OK;
}

static enum rc
parse_credential(
    struct pool *p, const char *name, struct pin_source *ret, struct err *e)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL)
		return err_set(e, RC_CONFIG,
		    "the PIN source 'credential:' wants the name of a systemd "
		    "credential (LoadCredential=)");
	if (folder == NULL || folder[0] != '/')
		return err_set(e, RC_CONFIG,
		    "the PIN source 'credential:%s' needs "
		    "$CREDENTIALS_DIRECTORY, which systemd sets in a unit with "
		    "LoadCredential=",
		    name);
	ret->kind = PIN_FILE;
	ret->text = pool_fmt(p, "%s/%s", folder, name);
	return RC_OK;
}

static enum rc
parse_file(
    struct pool *p, const char *path, struct pin_source *ret, struct err *e)
{
	/* file:///path, as RFC 8089 has it. */
	if (starts(path, "///"))
		path += 2;
	if (path[0] == '\0')
		return err_set(
		    e, RC_CONFIG, "the PIN source 'file:' wants a path");
	ret->kind = PIN_FILE;
	ret->text = pool_add(p, BYTES_STR(path));
	return RC_OK;
}

static enum rc
parse_command(
    struct pool *p, const char *command, struct pin_source *ret, struct err *e)
{
	if (command[strspn(command, " \t")] == '\0')
		return err_set(
		    e, RC_CONFIG, "the PIN source 'command:' wants a command");
	ret->kind = PIN_COMMAND;
	ret->text = pool_add(p, BYTES_STR(command));
	return RC_OK;
}

enum rc
pin_source_parse(
    struct pool *p, const char *spec, struct pin_source *ret, struct err *e)
{
	*ret = (struct pin_source){ .kind = PIN_PROMPT, .fd = -1 };
	if (strcmp(spec, "prompt") == 0)
		return RC_OK;
	if (starts(spec, "file:"))
		return parse_file(p, spec + strlen("file:"), ret, e);
	if (starts(spec, "/"))
		return parse_file(p, spec, ret, e);
	if (starts(spec, "command:"))
		return parse_command(p, spec + strlen("command:"), ret, e);
	if (starts(spec, "|"))
		return parse_command(p, spec + 1, ret, e);
	if (starts(spec, "fd:"))
		return parse_fd(p, spec + strlen("fd:"), ret, e);
	if (starts(spec, "credential:"))
		return parse_credential(
		    p, spec + strlen("credential:"), ret, e);
	/* The value is not shown: it may be a PIN put in the wrong place. */
	return err_set(e, RC_CONFIG,
	    "a PIN source is one of file:PATH, command:CMD, fd:N, "
	    "credential:NAME and prompt");
}

enum rc
pin_source_place(struct pin_source *s, bool has_stdin, struct err *e)
{
	if (s->kind != PIN_FD)
		return RC_OK;
	if (s->fd == CALLERS_STDIN && has_stdin)
		return err_set(e, RC_CONFIG,
		    "descriptor 3 carries standard input in this call; pass "
		    "the PIN on another one, as in 'stskey … --pin-source fd:4 "
		    "4<FILE'");
	if (s->fd != 0)
		return RC_OK;
	if (!has_stdin)
		return err_set(e, RC_CONFIG,
		    "standard input is passed on for a PIN only where "
		    "--pin-source or stskey_pin_source is 'fd:0', not a key's "
		    "URI; or use another descriptor, as in 'stskey … "
		    "--pin-source fd:4 4<FILE'");
	s->fd = CALLERS_STDIN;
	return RC_OK;
}

static enum rc
read_fd(const struct pin_source *s, const struct patience *p,
    struct secret *ret, struct err *e)
{
	int flags = fcntl(s->fd, F_GETFD);

	/* What we opened ourselves is close-on-exec; what we were given, not. */
	if (flags < 0 || (flags & FD_CLOEXEC) != 0)
		return err_set(e, RC_CONFIG,
		    "the descriptor of the PIN source '%s' is not open; pass "
		    "it on, as in 'stskey … --pin-source fd:4 4<FILE'",
		    s->text);
	return patience_read(p,
	    &(struct intake){ .fd = s->fd,
		.max = PIN_MAX,
		.line = true,
		.what = "the descriptor of the PIN source" },
	    ret, e);
}

static enum rc
is_empty(const struct pin_source *s, struct err *e)
{
	if (s->kind == PIN_FD)
		return err_set(e, RC_PIN,
		    "the PIN source '%s' has no line for it: give one line a "
		    "token, in the order they are asked for: the MFA device's "
		    "PIN, then the key's",
		    s->text);
	return err_set(e, RC_PIN,
	    "the PIN source is empty: write the PIN as its one line");
}

enum rc
pin_source_read(const struct pin_source *s, const struct patience *p,
    struct secret *ret, struct err *e)
{
	AUTO_SECRET struct secret pin = { 0 };
	enum rc rc = err_set(e, RC_CONFIG, "the PIN is asked for");

	if (s->kind == PIN_FILE)
		rc = file_read_secret(s->text, PIN_MAX, &pin, e);
	if (s->kind == PIN_COMMAND)
		rc = spawn_output(p, s->text, PIN_MAX,
		    "the command of the PIN source", &pin, e);
	if (s->kind == PIN_FD)
		rc = read_fd(s, p, &pin, e);
	if (rc == RC_NOTFOUND)
		return err_in(e, RC_PIN, "the PIN source is not there");
	if (rc != RC_OK)
		return rc;
	patience_trim(&pin);
	if (pin.len == 0)
		return is_empty(s, e);
	secret_move(ret, &pin);
	return RC_OK;
}

/* By what it is on disk: a path has many spellings, and a file one inode. */
static bool
file_identity(const struct stat *st, struct pool *p, struct pin_identity *ret)
{
	if (!S_ISREG(st->st_mode))
		return false;
	ret->name = pool_fmt(
	    p, "file %ju:%ju", (uintmax_t)st->st_dev, (uintmax_t)st->st_ino);
	ret->state = pool_fmt(p, "%s %jd.%09ld %jd", ret->name,
	    (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
	    (intmax_t)st->st_size);
	return true;
}

bool
pin_source_identity(
    const struct pin_source *s, struct pool *p, struct pin_identity *ret)
{
	const char *what = s->kind == PIN_COMMAND ? "command" : "gone";
	struct stat st = { 0 };

	if (s->kind == PIN_FD)
		return fstat(s->fd, &st) == 0 && file_identity(&st, p, ret);
	if (s->kind == PIN_FILE && stat(s->text, &st) == 0 &&
	    file_identity(&st, p, ret))
		return true;
	ret->name = ret->state =
	    pool_fmt(p, "%s %016" PRIx64, what, enc_fnv1a(BYTES_STR(s->text)));
	return true;
}
