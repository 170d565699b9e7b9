/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OATH_READER_H
#define OATH_READER_H

#include "oath/card.h"

/* The cards in the readers of pcscd. */

/* rc and why: what keeps that reader's card from being used; c is closed. */
typedef enum rc reader_each(void *ctx, struct card *c, enum rc rc,
    const struct err *why, struct err *e);

/* Every reader that has a card; a reader that is empty is passed over. */
enum rc reader_all(
    struct call_wait *w, reader_each *each, void *ctx, struct err *e);

/*
 * The key of that serial number, or the only one there is where it is NULL,
 * opened.  RC_NOTFOUND: it is not plugged in; RC_CONFIG: there are several;
 * RC_TOKEN: what it may be is held by another program.
 */
enum rc reader_find(
    const char *serial, struct call_wait *w, struct card *ret, struct err *e);

#endif
