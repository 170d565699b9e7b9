/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/host/become.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "signer/base/harden.h"
#include "signer/host/interrupt.h"

/*
 * What is ours is closed by O_CLOEXEC; what our caller left open is meant for
 * the program, as in `exec -- diff <(one) <(other)`.
 */
enum rc
become(char *const *argv, char **env, struct err *e)
{
	char **ours = environ;

	interrupt_undo();
	harden_undo_limits();
	/* From here on a signal does what it does to the program. */
	if (interrupt_caught(NULL))
		return err_set(e, RC_CANCELLED, "interrupted");
	environ = env;
	(void)execvp(argv[0], argv);
	environ = ours;
	if (errno == ENOENT)
		return err_set(e, RC_NO_COMMAND,
		    "'%s' is not found: see whether it is in PATH, and the "
		    "interpreter that it names in its first line is there",
		    argv[0]);
	return err_set(e, RC_CANNOT_RUN,
	    "'%s' cannot be run: %s; `ls -l` shows who may, and `file` what "
	    "it is",
	    argv[0], strerror(errno));
}
