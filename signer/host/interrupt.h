/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_INTERRUPT_H
#define HOST_INTERRUPT_H

#include <stdbool.h>

/*
 * SIGINT, SIGTERM and SIGHUP as a flag, so that helpers are told, the
 * terminal is restored, and only then the process dies of that signal.  That
 * our caller is gone, or whoever read what we write, is the same (as SIGHUP
 * and SIGPIPE): no key blinks for nobody.  Under nohup(1) we go on.
 */
void interrupt_catch(void);
/* As before interrupt_catch(), for a program that takes our place. */
void interrupt_undo(void);
bool interrupt_caught(void *unused); /* fits struct lock_wait */
void interrupt_die(void);            /* returns only when nothing was caught */

#endif
