/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PKCS#11 module that misbehaves in the ways STSKEY_TEST_LIE lists, between
 * commas, and passes everything else on to the one STSKEY_TEST_MODULE names:
 *
 *   no-function-list      C_GetFunctionList fails
 *   crash-init, hang-init, exit, print    in C_Initialize
 *   init-fails-twice, init-fails               CKR_GENERAL_ERROR
 *   needs-reserved        CKR_ARGUMENTS_BAD without the string "reserved"
 *   count-low, final-try, locked, pad          flags of every token
 *   no-pin                no token has a user PIN; login: CKR_PIN_INCORRECT
 *   pad-cancel            the pad's cancel key (with pad)
 *   pad-only              and it takes no PIN that is handed to it
 *   login-fails, login-absent, login-shared    C_Login: CKR_DEVICE_ERROR,
 *                         CKR_TOKEN_NOT_PRESENT, CKR_USER_ALREADY_LOGGED_IN
 *   crash-login           after the token looked at the PIN
 *   crash-sign, fail-sign, hang-sign           in C_Sign
 *   short-mac, long-mac   C_Sign gives 4, or 65 bytes
 *   no-generic            keys of CKK_GENERIC_SECRET: refused
 *   no-id                 objects with CKA_ID: CKR_ATTRIBUTE_VALUE_INVALID
 *   create-refused        C_CreateObject of lasting secret keys: refused
 *   create-all-refused    C_CreateObject of any secret key: refused
 *   no-encrypt            C_EncryptInit: refused
 *   readable-value, empty-value                CKA_VALUE of secret keys
 *   long-attribute, unavailable-attribute      CKA_LABEL and CKA_ID are so
 *   two-slots             every token shows in a second slot as well
 *   many-slots, many-keys, long-encrypt        100000, whatever room there is
 *   removed               C_FindObjectsInit: CKR_DEVICE_REMOVED
 *   type-trap             CKA_KEY_TYPE asked or searched: as a YubiHSM2 does
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fake/forward.h"

enum { TOO_MANY = 100000 };

/* Of a slot, what its twin's number has beside it. */
static const CK_SLOT_ID twin = 1UL << 40;

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST list;

static bool
lies(const char *what)
{
	const char *at = getenv("STSKEY_TEST_LIE");
	size_t n = strlen(what);

	for (; at != NULL && *at != '\0'; at += strcspn(at, ",")) {
		at += *at == ',' ? 1 : 0;
		if (strncmp(at, what, n) == 0 &&
		    (at[n] == '\0' || at[n] == ','))
			return true;
	}
	return false;
}

static const CK_ATTRIBUTE *
attribute(const CK_ATTRIBUTE *attrs, CK_ULONG n, CK_ATTRIBUTE_TYPE type)
{
	for (CK_ULONG i = 0; i < n; i++)
		if (attrs[i].type == type)
			return &attrs[i];
	return NULL;
}

static bool
has_number(const CK_ATTRIBUTE *attrs, CK_ULONG n, CK_ATTRIBUTE_TYPE type,
    CK_ULONG value)
{
	const CK_ATTRIBUTE *a = attribute(attrs, n, type);

	return a != NULL && a->ulValueLen == sizeof(value) &&
	       memcmp(a->pValue, &value, sizeof(value)) == 0;
}

static bool
is_lasting(const CK_ATTRIBUTE *attrs, CK_ULONG n)
{
	const CK_ATTRIBUTE *a = attribute(attrs, n, CKA_TOKEN);

	return a != NULL && *(const CK_BBOOL *)a->pValue != CK_FALSE;
}

static void
hang(void)
{
	for (;;)
		(void)pause();
}

static CK_RV
lie_initialize(void *args)
{
	static unsigned int times;
	const CK_C_INITIALIZE_ARGS *a = args;

	if (lies("crash-init"))
		(void)raise(SIGSEGV);
	if (lies("hang-init"))
		hang();
	if (lies("exit"))
		exit(0);
	if (lies("print")) {
		(void)printf("{\"Version\": 1, \"AccessKeyId\": \"LIE\"}\n");
		(void)fflush(stdout);
	}
	if (lies("init-fails") || (lies("init-fails-twice") && times++ < 2))
		return CKR_GENERAL_ERROR;
	if (lies("needs-reserved") &&
	    (a == NULL || a->pReserved == NULL ||
		strcmp(a->pReserved, "reserved") != 0))
		return CKR_ARGUMENTS_BAD;
	if (!lies("needs-reserved"))
		return real->C_Initialize(args);

	CK_C_INITIALIZE_ARGS plain = *a;

	plain.pReserved = NULL;
	return real->C_Initialize(&plain);
}

static CK_RV
lie_get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	CK_RV rv = real->C_GetTokenInfo(slot & ~twin, info);

	if (lies("count-low"))
		info->flags |= CKF_USER_PIN_COUNT_LOW;
	if (lies("final-try"))
		info->flags |= CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY;
	if (lies("locked"))
		info->flags |= CKF_USER_PIN_LOCKED;
	if (lies("pad"))
		info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
	if (lies("no-pin"))
		info->flags &= ~(CK_FLAGS)CKF_USER_PIN_INITIALIZED;
	return rv;
}

/* A pad asks for the PIN itself: STSKEY_TEST_PAD holds what is typed there. */
static CK_RV
lie_login(
    CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_BYTE *pin, CK_ULONG len)
{
	char *typed = getenv("STSKEY_TEST_PAD");

	if (lies("no-pin"))
		return CKR_PIN_INCORRECT;
	if (lies("login-fails"))
		return CKR_DEVICE_ERROR;
	if (lies("login-absent"))
		return CKR_TOKEN_NOT_PRESENT;
	if (lies("login-shared") &&
	    real->C_Login(session, user, pin, len) == CKR_OK)
		return CKR_USER_ALREADY_LOGGED_IN;
	if (lies("crash-login")) {
		(void)!real->C_Login(session, user, pin, len);
		(void)raise(SIGKILL);
	}
	if (!lies("pad"))
		return real->C_Login(session, user, pin, len);
	if (lies("pad-cancel"))
		return CKR_FUNCTION_CANCELED;
	if (pin != NULL && !lies("pad-only"))
		return real->C_Login(session, user, pin, len);
	if (pin != NULL || typed == NULL)
		return CKR_ARGUMENTS_BAD;
	return real->C_Login(session, user, (CK_BYTE *)typed, strlen(typed));
}

static CK_RV
lie_sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len, CK_BYTE *out,
    CK_ULONG *outlen)
{
	CK_RV rv;

	if (lies("crash-sign"))
		(void)raise(SIGSEGV);
	if (lies("hang-sign"))
		hang();
	if (lies("fail-sign"))
		return CKR_DEVICE_ERROR;
	rv = real->C_Sign(session, data, len, out, outlen);
	if (lies("short-mac"))
		*outlen = 4;
	if (lies("long-mac"))
		*outlen = 65;
	return rv;
}

static CK_RV
lie_create_object(CK_SESSION_HANDLE session, CK_ATTRIBUTE *attrs, CK_ULONG n,
    CK_OBJECT_HANDLE *ret)
{
	bool secret = has_number(attrs, n, CKA_CLASS, CKO_SECRET_KEY);

	if (secret && (lies("create-all-refused") ||
			  (lies("create-refused") && is_lasting(attrs, n))))
		return CKR_TEMPLATE_INCONSISTENT;
	if (lies("no-generic") &&
	    has_number(attrs, n, CKA_KEY_TYPE, CKK_GENERIC_SECRET))
		return CKR_ATTRIBUTE_VALUE_INVALID;
	if (lies("no-id") && attribute(attrs, n, CKA_ID) != NULL)
		return CKR_ATTRIBUTE_VALUE_INVALID;
	return real->C_CreateObject(session, attrs, n, ret);
}

static CK_RV
lie_encrypt_init(
    CK_SESSION_HANDLE session, CK_MECHANISM *mech, CK_OBJECT_HANDLE key)
{
	if (lies("no-encrypt"))
		return CKR_KEY_FUNCTION_NOT_PERMITTED;
	return real->C_EncryptInit(session, mech, key);
}

static CK_RV
lie_encrypt(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len,
    CK_BYTE *out, CK_ULONG *outlen)
{
	CK_RV rv = real->C_Encrypt(session, data, len, out, outlen);

	if (lies("long-encrypt"))
		*outlen = TOO_MANY;
	return rv;
}

static CK_RV
lie_open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *ctx, CK_NOTIFY notify,
    CK_SESSION_HANDLE *ret)
{
	return real->C_OpenSession(slot & ~twin, flags, ctx, notify, ret);
}

static CK_RV
lie_get_slot_list(CK_BBOOL present, CK_SLOT_ID *ids, CK_ULONG *n)
{
	CK_RV rv = real->C_GetSlotList(present, ids, n);

	for (CK_ULONG i = *n; lies("two-slots") && i > 0; i--) {
		ids[2 * i - 1] = ids[i - 1] | twin;
		ids[2 * i - 2] = ids[i - 1];
	}
	if (lies("two-slots"))
		*n *= 2;
	if (lies("many-slots"))
		*n = TOO_MANY;
	return rv;
}

static CK_RV
lie_find_objects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *ret, CK_ULONG max,
    CK_ULONG *got)
{
	CK_RV rv = real->C_FindObjects(session, ret, max, got);

	if (lies("many-keys"))
		*got = TOO_MANY;
	return rv;
}

static CK_RV
give(CK_ATTRIBUTE *a, const char *value)
{
	size_t n = strlen(value);

	if (a->pValue != NULL && a->ulValueLen < n) {
		a->ulValueLen = CK_UNAVAILABLE_INFORMATION;
		return CKR_BUFFER_TOO_SMALL;
	}
	if (a->pValue != NULL)
		memcpy(a->pValue, value, n);
	a->ulValueLen = n;
	return CKR_OK;
}

static CK_RV
lie_get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE *attrs, CK_ULONG n)
{
	CK_RV rv;

	if (lies("type-trap") && attribute(attrs, n, CKA_KEY_TYPE) != NULL)
		return CKR_FUNCTION_FAILED;
	if (n == 1 && attrs[0].type == CKA_VALUE && lies("readable-value"))
		return give(&attrs[0], "there it is");
	if (n == 1 && attrs[0].type == CKA_VALUE && lies("empty-value"))
		return give(&attrs[0], "");
	rv = real->C_GetAttributeValue(session, object, attrs, n);
	if (attrs[0].type == CKA_LABEL || attrs[0].type == CKA_ID) {
		if (lies("long-attribute"))
			attrs[0].ulValueLen = TOO_MANY;
		if (lies("unavailable-attribute"))
			attrs[0].ulValueLen = CK_UNAVAILABLE_INFORMATION;
	}
	return rv;
}

static CK_RV
lie_find_objects_init(
    CK_SESSION_HANDLE session, CK_ATTRIBUTE *attrs, CK_ULONG n)
{
	if (lies("removed"))
		return CKR_DEVICE_REMOVED;
	if (lies("type-trap") && attribute(attrs, n, CKA_KEY_TYPE) != NULL)
		return CKR_FUNCTION_FAILED;
	return real->C_FindObjectsInit(session, attrs, n);
}

static CK_RV
load(void)
{
	const char *path = getenv("STSKEY_TEST_MODULE");
	CK_C_GetFunctionList get;
	void *dl, *symbol;
	CK_RV rv;

	dl = path != NULL ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	symbol = dl != NULL ? dlsym(dl, "C_GetFunctionList") : NULL;
	if (symbol == NULL)
		return CKR_GENERAL_ERROR;
	memcpy(&get, &symbol, sizeof(get));
	rv = get(&real);
	if (rv != CKR_OK)
		return rv;
	list = *real;
	list.C_GetFunctionList = C_GetFunctionList;
	list.C_Initialize = lie_initialize;
	list.C_GetTokenInfo = lie_get_token_info;
	list.C_Login = lie_login;
	list.C_Sign = lie_sign;
	list.C_CreateObject = lie_create_object;
	list.C_EncryptInit = lie_encrypt_init;
	list.C_Encrypt = lie_encrypt;
	list.C_GetSlotList = lie_get_slot_list;
	list.C_OpenSession = lie_open_session;
	list.C_FindObjects = lie_find_objects;
	list.C_GetAttributeValue = lie_get_attribute_value;
	list.C_FindObjectsInit = lie_find_objects_init;
	return CKR_OK;
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **ret)
{
	CK_RV rv = real != NULL ? CKR_OK : load();

	if (lies("no-function-list"))
		return CKR_FUNCTION_FAILED;
	*ret = &list;
	return rv;
}
