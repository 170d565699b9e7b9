/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_UNSEALING_H
#define TOKEN_UNSEALING_H

#include "signer/token/sealed.h"
#include "signer/token/sealed_file.h"

/* Opening and closing the secret of a sealed file, in memory. */

/* The secret; from a key that is kept, else asked of the token. */
enum rc unsealing_open(const struct sealed_file *f, const struct sealer *by,
    struct secret *ret, struct err *e);
/* The same by the token, which also gives the seal that opens a new salt. */
enum rc unsealing_renew(struct sealed_file *f, const struct sealer *by,
    struct secret *ret, struct err *e);
/* One entry more, by a seal that is made for it. */
enum rc unsealing_add(struct sealed_file *f, const struct sealer *by, bool pin,
    struct bytes value, struct err *e);
enum rc unsealing_present(const struct sealed_file *f, const struct sealer *by,
    struct presence *ret, struct err *e);
/* The keys that were kept are wiped. */
void unsealing_end(void);

#endif
