/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_FAKE_SOFTHSM_H
#define FAKE_FAKE_SOFTHSM_H

/*
 * SoftHSM2 with tokens of its own in a new folder under $TMPDIR, which
 * SOFTHSM2_CONF then points at; removed when the process ends.
 */
#define SOFTHSM_MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define SOFTHSM_PIN "123456"
#define SOFTHSM_SO_PIN "12345678"

void softhsm_init(void);
void softhsm_token(const char *label); /* with softhsm2-util */

#endif
