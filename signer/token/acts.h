/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOKEN_ACTS_H
#define TOKEN_ACTS_H

#include "signer/helper/helper.h"
#include "signer/token/token.h"

/*
 * The requests of the token process (wire/schema.c has their members), for
 * the table of stskey-token.c.  h may be NULL where there is nobody to tell.
 */
typedef enum rc act_run(struct helper *h, const struct message *request,
    struct message **reply, struct err *e);

act_run act_begin;            /* ok */
act_run act_hold;             /* ok */
act_run act_choose;           /* chosen */
act_run act_code;             /* code_made */
act_run act_unused;           /* ok */
act_run act_sign;             /* signed */
act_run act_describe;         /* described */
act_run act_list;             /* listed */
act_run act_remove;           /* ok */
act_run act_import;           /* imported */
act_run act_copy;             /* imported */
act_run act_offer;            /* offered */
act_run act_survey;           /* surveyed */
act_run act_credentials_edit; /* ok */

/* Before anything else. */
void acts_begin(const struct token_ops *const *backends);
/* On every orderly way out: locks, keys and backends. */
void acts_end(void);

#endif
