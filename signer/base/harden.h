/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_HARDEN_H
#define BASE_HARDEN_H

/*
 * No core dump, no ptrace by others of our uid, descriptors 0-2 open: what is
 * written to a standard output that was closed fails.  Called first in every
 * main.
 */
void harden_self(void);
/*
 * Ignores SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGPIPE, and remembers what
 * they did before (nohup(1) ignores SIGHUP, and that is to be handed on).
 */
void harden_signals(void);
/*
 * Gives limits, signal mask and dispositions back, and closes descriptors
 * from 3 on: called after fork and before exec of anything not ours, when
 * what the program needs is on 0-2.  Async-signal-safe.  That the process is
 * not dumpable ends with exec(2) itself.
 */
void harden_undo(void);
/*
 * The limits alone, where this process becomes another program in the place
 * of its caller: that has its own signals, and descriptors of its own.
 */
void harden_undo_limits(void);

#endif
