/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_DESKTOP_H
#define TOKEN_DESKTOP_H

/*
 * A notice on the person's desktop, by notify-send(1) where there is one:
 * SDKs swallow what is written, and the terminal may be behind a window.
 * Nothing waits for it, and that it fails is nobody's concern.
 */

/* One at a time: the next takes its place. */
void desktop_show(const char *title, const char *text, int seconds);
/* Takes it away, as our end does, whatever that is; no-op where there is none. */
void desktop_gone(void);

#endif
