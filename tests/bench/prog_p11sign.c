/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prog_p11sign MODULE TOKEN LABEL PIN-FILE: the least that a signature by a
 * PKCS#11 token takes, one HMAC-SHA-256 over a date, and nothing else.  What
 * a cold call is measured by; no example of how to treat a PIN.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SLOTS = 64, MAX_PIN = 256 };

static CK_FUNCTION_LIST *f;

static void
must(CK_RV rv, const char *what)
{
	if (rv == CKR_OK)
		return;
	(void)fprintf(stderr, "%s: 0x%lx\n", what, (unsigned long)rv);
	exit(1);
}

static void
load(const char *path)
{
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	CK_C_GetFunctionList get = NULL;

	if (module != NULL)
		*(void **)&get = dlsym(module, "C_GetFunctionList");
	if (get == NULL) {
		(void)fprintf(stderr, "%s: no PKCS#11 module\n", path);
		exit(1);
	}
	must(get(&f), "C_GetFunctionList");
	must(f->C_Initialize(NULL), "C_Initialize");
}

/* Labels are padded with spaces, and not terminated. */
static bool
is_labelled(const CK_TOKEN_INFO *info, const char *label)
{
	size_t len = strlen(label);

	for (size_t i = len; i < sizeof(info->label); i++)
		if (info->label[i] != ' ')
			return false;
	return len <= sizeof(info->label) &&
	       memcmp(info->label, label, len) == 0;
}

static CK_SESSION_HANDLE
open_token(const char *label)
{
	CK_SLOT_ID slots[MAX_SLOTS];
	CK_ULONG n = MAX_SLOTS;
	CK_SESSION_HANDLE session = 0;

	must(f->C_GetSlotList(CK_TRUE, slots, &n), "C_GetSlotList");
	for (CK_ULONG i = 0; i < n; i++) {
		CK_TOKEN_INFO info;

		must(f->C_GetTokenInfo(slots[i], &info), "C_GetTokenInfo");
		if (!is_labelled(&info, label))
			continue;
		must(f->C_OpenSession(
			 slots[i], CKF_SERIAL_SESSION, NULL, NULL, &session),
		    "C_OpenSession");
		return session;
	}
	(void)fprintf(stderr, "%s: no such token\n", label);
	exit(1);
}

static void
log_in(CK_SESSION_HANDLE session, const char *pin_file)
{
	unsigned char pin[MAX_PIN] = { 0 };
	FILE *file = fopen(pin_file, "re");

	if (file == NULL || fgets((char *)pin, sizeof(pin), file) == NULL) {
		perror(pin_file);
		exit(1);
	}
	(void)fclose(file);
	must(f->C_Login(
		 session, CKU_USER, pin, strcspn((const char *)pin, "\n")),
	    "C_Login");
}

static CK_OBJECT_HANDLE
find(CK_SESSION_HANDLE session, char *label)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_ATTRIBUTE want[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_LABEL, label, strlen(label) },
	};
	CK_OBJECT_HANDLE key = 0;
	CK_ULONG n = 0;

	must(f->C_FindObjectsInit(session, want, 2), "C_FindObjectsInit");
	must(f->C_FindObjects(session, &key, 1, &n), "C_FindObjects");
	must(f->C_FindObjectsFinal(session), "C_FindObjectsFinal");
	if (n != 1) {
		(void)fprintf(stderr, "%s: no such key\n", label);
		exit(1);
	}
	return key;
}

int
main(int argc, char **argv)
{
	CK_MECHANISM hmac = { CKM_SHA256_HMAC, NULL, 0 };
	unsigned char date[] = "20150830", mac[64];
	CK_ULONG len = sizeof(mac);
	CK_SESSION_HANDLE session;

	if (argc != 5) {
		(void)fprintf(
		    stderr, "usage: %s MODULE TOKEN LABEL PIN-FILE\n", argv[0]);
		return 2;
	}
	load(argv[1]);
	session = open_token(argv[2]);
	log_in(session, argv[4]);
	must(f->C_SignInit(session, &hmac, find(session, argv[3])),
	    "C_SignInit");
	must(f->C_Sign(session, date, sizeof(date) - 1, mac, &len), "C_Sign");
	must(f->C_Finalize(NULL), "C_Finalize");
	return len == 32 ? 0 : 1;
}
