/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_SEALED_STORE_H
#define TOKEN_SEALED_STORE_H

#include "signer/token/sealed_file.h"

/* The sealed files of this person: $XDG_DATA_HOME/stskey/sealed/NAME. */

/* RC_NOTFOUND: no such name; RC_FORMAT, with the path and what to do. */
enum rc sealed_store_read(
    const char *name, struct sealed_file *ret, struct err *e);
/* RC_CONFIG: the name is taken. */
enum rc sealed_store_free(const char *name, struct err *e);
/* The folder is there and can be written in: before anybody is asked. */
enum rc sealed_store_ready(struct err *e);
/* Whole or not at all. */
enum rc sealed_store_write(const struct sealed_file *f, struct err *e);
enum rc sealed_store_remove(const char *name, struct err *e);
/* Every name, in order, until `each` fails. */
enum rc sealed_store_each(
    enum rc (*each)(void *ctx, const char *name, struct err *e), void *ctx,
    struct err *e);

#endif
