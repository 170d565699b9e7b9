/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signer/cmd/doctor.h"
#include "signer/store/file.h"

/* The machine: smart cards and who holds them, and what kind of host it is. */

enum { COMM_MAX = 64, VERSION_MAX = 4096 };

/* Modules that speak to cards through pcscd, by a part of their names. */
static const char *const card_modules[] = { "opensc", "ykcs11", "onepin",
	"iidp11", "eTPkcs11", "IDPrime", "cackey", "coolkey" };
/* Programs that keep a card to themselves, and the command that ends that. */
static const struct holder {
	const char *comm, *mend;
} holders[] = {
	{ "scdaemon", "gpgconf --kill scdaemon" },
	{ "yubikey-agent", "systemctl --user stop yubikey-agent" },
	{ "pivy-agent", "systemctl --user stop pivy-agent" },
	{ "ykman", NULL },
	{ "ykman-gui", NULL },
	{ "authenticator", NULL },
};

static bool
is_card(const char *uri)
{
	if (uri == NULL)
		return false;
	if (strncmp(uri, "oath:", 5) == 0)
		return true;
	for (size_t i = 0; i < sizeof(card_modules) / sizeof(card_modules[0]);
	     i++)
		if (strcasestr(uri, card_modules[i]) != NULL)
			return true;
	return false;
}

static bool
wants_card(const struct doctor *d)
{
	for (size_t i = 0; i < d->npatients; i++) {
		const struct plan *p = &d->patients[i].plan;
		const struct link *code = doctor_code_link(p);

		if (is_card(p->key) || is_card(p->module))
			return true;
		for (size_t k = 0; code != NULL && k < code->nmfa; k++)
			if (is_card(code->mfa[k].entry))
				return true;
	}
	return false;
}

/* The name of a running process (proc(5)), without the newline. */
static bool
comm_of(const char *pid, struct buf *ret)
{
	char path[300];
	struct err ignored;

	if (!isdigit((unsigned char)pid[0]))
		return false;
	(void)snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	if (file_read(path, FILE_THEIRS, ret, &ignored) != RC_OK ||
	    ret->len < 2)
		return false;
	ret->len--;
	return true;
}

static const struct holder *
holder_called(const char *comm)
{
	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++)
		if (strcmp(holders[i].comm, comm) == 0)
			return &holders[i];
	return NULL;
}

static void
tell_holder(
    struct doctor *d, const struct holder *h, const char *pid, bool wanted)
{
	if (!wanted)
		doctor_ok(d, "%s (pid %s) runs, and no profile is on a card",
		    h->comm, pid);
	else
		doctor_warn(d, h->mend,
		    "%s (pid %s) runs, and may keep the card to itself%s",
		    h->comm, pid, h->mend == NULL ? " until you end it" : "");
}

/* Who may hold a card. */
static void
tell_holders(struct doctor *d, bool wanted)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		AUTO_BUF struct buf comm = BUF_INIT(COMM_MAX);
		const struct holder *h = comm_of(entry->d_name, &comm)
		                             ? holder_called(buf_cstr(&comm))
		                             : NULL;

		if (h != NULL)
			tell_holder(d, h, entry->d_name, wanted);
	}
	if (proc != NULL)
		(void)closedir(proc);
}

/* As libpcsclite has it. */
static const char *
socket_path(void)
{
	const char *named = getenv("PCSCLITE_CSOCK_NAME");

	return named != NULL ? named : "/run/pcscd/pcscd.comm";
}

void
doctor_pcscd(struct doctor *d)
{
	bool wanted = wants_card(d);
	bool there = access(socket_path(), F_OK) == 0;

	if (!there && wanted)
		doctor_fail(d, RC_TOKEN,
		    "sudo apt-get install pcscd && sudo systemctl enable "
		    "--now pcscd.socket",
		    "a profile is on a smart card, and pcscd, which reads "
		    "those, does not run (there is no %s)",
		    socket_path());
	else if (!there)
		doctor_ok(d, "pcscd does not run, and no profile is on a card");
	else
		doctor_ok(d, "pcscd listens at %s", socket_path());
	tell_holders(d, wanted);
}

void
doctor_wsl(struct doctor *d)
{
	AUTO_BUF struct buf version = BUF_INIT(VERSION_MAX);
	struct err ignored;

	if (file_read("/proc/version", FILE_THEIRS, &version, &ignored) ==
		RC_OK &&
	    strcasestr(buf_cstr(&version), "microsoft") != NULL)
		doctor_warn(d, NULL,
		    "this is WSL, which sees no key or reader until Windows "
		    "hands it over: say there usbipd bind --busid BUSID, then "
		    "usbipd attach --wsl --busid BUSID");
	else
		doctor_ok(d, "this is not WSL: keys are seen as they are "
			     "plugged in");
}
