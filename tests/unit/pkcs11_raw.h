/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_PKCS11_RAW_H
#define TESTS_UNIT_PKCS11_RAW_H

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include "tests/check.h"
#include "tests/fake/fake_softhsm.h"

/* SoftHSM2 by Cryptoki alone, to put on a token what stskey never would. */

static CK_BBOOL raw_yes = CK_TRUE, raw_no = CK_FALSE;

static inline CK_FUNCTION_LIST *
raw_functions(void)
{
	void *dl = dlopen(SOFTHSM_MODULE, RTLD_NOW | RTLD_LOCAL);
	void *symbol = dl != NULL ? dlsym(dl, "C_GetFunctionList") : NULL;
	CK_FUNCTION_LIST *fn = NULL;
	CK_C_GetFunctionList get;

	CHECK(symbol != NULL);
	memcpy(&get, &symbol, sizeof(get));
	CHECK_EQ(get(&fn), CKR_OK);
	return fn;
}

static inline CK_SLOT_ID
raw_slot(CK_FUNCTION_LIST *fn, const char *label)
{
	CK_SLOT_ID slots[8];
	CK_ULONG n = 8;
	CK_TOKEN_INFO info;

	CHECK_EQ(fn->C_GetSlotList(CK_TRUE, slots, &n), CKR_OK);
	for (CK_ULONG i = 0; i < n; i++) {
		CHECK_EQ(fn->C_GetTokenInfo(slots[i], &info), CKR_OK);
		if (memcmp(info.label, label, strlen(label)) == 0)
			return slots[i];
	}
	CHECK(0);
	return 0;
}

/* how() in a session that is logged in; nothing stays open. */
static inline void
raw_make(const char *label,
    void (*how)(CK_FUNCTION_LIST *fn, CK_SESSION_HANDLE session))
{
	CK_FUNCTION_LIST *fn = raw_functions();
	char pin[] = SOFTHSM_PIN;
	CK_SESSION_HANDLE session;

	CHECK_EQ(fn->C_Initialize(NULL), CKR_OK);
	CHECK_EQ(fn->C_OpenSession(raw_slot(fn, label),
		     CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session),
	    CKR_OK);
	CHECK_EQ(fn->C_Login(session, CKU_USER, (CK_BYTE *)pin, strlen(pin)),
	    CKR_OK);
	how(fn, session);
	CHECK_EQ(fn->C_Finalize(NULL), CKR_OK);
}

#endif
