/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/probe.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "pkcs11/registered.h"
#include "signer/base/mem.h"

enum { DEADLINE_MS = 2000, ALARM_SECONDS = 3 };

extern char **environ;

static bool
never(void *ctx)
{
	(void)ctx;
	return false;
}

int
pkcs11_probe_main(int argc, char **argv)
{
	const struct ask ask = { .cancelled = never };
	AUTO_URI struct uri u = { 0 };
	struct module *m = NULL;
	struct err e = { 0 };
	enum rc rc;

	if (argc != 4)
		return (int)RC_USAGE;
	/* Whatever becomes of the parent, this process ends. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)alarm(ALARM_SECONDS);
	if ((rc = uri_parse(argv[3], &u, &e)) == RC_OK &&
	    (rc = module_get_name(argv[2], &ask, &m, &e)) == RC_OK)
		rc = slot_any(m, &u, &e);
	module_end();
	return (int)rc;
}

/* Modules print; and a signal that we ignore must be able to end them. */
static int
spawn(char *const *argv, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int failed;

	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setsigdefault(&attr, &all);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setflags(
	    &attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	(void)posix_spawn_file_actions_init(&files);
	for (int fd = 0; fd < 3; fd++)
		(void)posix_spawn_file_actions_addopen(
		    &files, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
	failed =
	    posix_spawn(pid, "/proc/self/exe", &files, &attr, argv, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attr);
	return failed;
}

/* Its exit status; RC_TIMEOUT, or RC_TOKEN where it crashed. */
static enum rc
wait_for(pid_t pid)
{
	AUTO_FD int fd = pidfd_open(pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	bool late = fd < 0 || poll(&p, 1, DEADLINE_MS) != 1;
	int status = 0;

	if (late)
		(void)kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		return RC_TOKEN;
	if (late)
		return RC_TIMEOUT;
	if (!WIFEXITED(status))
		return RC_TOKEN;
	if (WEXITSTATUS(status) == 0)
		return RC_OK;
	return WEXITSTATUS(status) == (int)RC_NOTFOUND ? RC_NOTFOUND : RC_TOKEN;
}

static enum rc
probe(const struct registered *r, char *uri)
{
	char program[] = "stskey-token", verb[] = "probe";
	char *argv[] = { program, verb, r->name, uri, NULL };
	pid_t pid = -1;

	if (spawn(argv, &pid) != 0)
		return RC_SYS;
	return wait_for(pid);
}

/* It says of a token that nobody has that it is not there. */
bool
probe_works(const struct registered *r)
{
	char nobody[] = "pkcs11:token=-;serial=-;model=-";
	enum rc rc = probe(r, nobody);

	return rc == RC_NOTFOUND || rc == RC_OK;
}

/* What the search came to: names of modules, for the person. */
struct result {
	struct buf found, without, broken;
	const char *name; /* of the one that has it */
	size_t n;
};

static void
result_done(struct result *r)
{
	buf_done(&r->found);
	buf_done(&r->without);
	buf_done(&r->broken);
}

static void
add_name(struct buf *list, const char *name)
{
	buf_fmt(list, "%s%s", list->len > 0 ? ", " : "", name);
}

static void
count(struct result *ret, const struct registered *r, enum rc rc)
{
	if (rc == RC_OK) {
		add_name(&ret->found, r->name);
		ret->name = r->name;
		ret->n++;
		return;
	}
	add_name(rc == RC_NOTFOUND ? &ret->without : &ret->broken, r->name);
}

static enum rc
judge(struct result *r, const struct uri *u, struct err *e)
{
	if (r->n == 1)
		return RC_OK;
	if (r->n > 1)
		return err_set(e, RC_CONFIG,
		    "several PKCS#11 modules show '%s' (%s): append "
		    "?module-name= with the right one to the URI",
		    u->text, buf_cstr(&r->found));
	return err_set(e, RC_NOTFOUND,
	    "no token is plugged in that is '%s'; modules asked: %s%s%s: plug "
	    "it in, or register its module with p11-kit",
	    u->text, r->without.len > 0 ? buf_cstr(&r->without) : "none",
	    r->broken.len > 0 ? "; modules that failed or hung: " : "",
	    buf_cstr(&r->broken));
}

enum rc
probe_search(const struct uri *u, const struct ask *ask, struct slot **ret,
    struct err *e)
{
	AUTO_REGISTERED struct registered *all = registered_all();
	AUTO(result_done)
	struct result found = { BUF_INIT(200), BUF_INIT(200), BUF_INIT(200),
		NULL, 0 };
	struct module *m = NULL;
	enum rc rc;

	for (const struct registered *r = all; r != NULL; r = r->next) {
		if (ask->cancelled(ask->ctx))
			return err_set(e, RC_CANCELLED, "called off");
		if (r->searched)
			count(&found, r, probe(r, u->text));
	}
	if ((rc = judge(&found, u, e)) != RC_OK ||
	    (rc = module_get_name(found.name, ask, &m, e)) != RC_OK)
		return rc;
	return slot_find(m, u, ret, e);
}
