/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_PKCS11_WORLD_H
#define TESTS_UNIT_PKCS11_WORLD_H

#include <stdlib.h>

#include "signer/base/mem.h"
#include "signer/base/pool.h"
#include "signer/token/token.h"
#include "tests/check.h"
#include "tests/contract/contract.h"
#include "tests/fake/fake_softhsm.h"

/*
 * What the tests of pkcs11/ share: SoftHSM2 behind a module that lies
 * (tests/fake/mod_lie.c) or counts, and a scripted person.
 */
struct world {
	struct person person;
	struct ask ask;
	struct err e;
	struct pool strings;
};

static inline void
world_init(struct world *w)
{
	*w = (struct world){ .person = { .pin = SOFTHSM_PIN } };
	w->ask = person_ask(&w->person);
}

/* Ends one scene: nothing of it is left in the process. */
static inline void
world_done(struct world *w)
{
	pkcs11_token.end();
	pool_done(&w->strings);
	CHECK_EQ(unsetenv("STSKEY_TEST_LIE"), 0);
}

/* The module of that name among the built ones: "mod_lie". */
static inline const char *
world_module(struct world *w, const char *name)
{
	const char *build = getenv("BUILD");

	CHECK_EQ(setenv("STSKEY_TEST_MODULE", SOFTHSM_MODULE, 1), 0);
	return pool_fmt(
	    &w->strings, "%s/tests/%s.so", build != NULL ? build : ".", name);
}

/* From now on mod_lie.so does that; "before" with it as the module. */
static inline const char *
world_lie(struct world *w, const char *lie, const char *before)
{
	CHECK_EQ(setenv("STSKEY_TEST_LIE", lie, 1), 0);
	return pool_fmt(&w->strings, "%s?module-path=%s", before,
	    world_module(w, "mod_lie"));
}

static inline struct token *
world_open(struct world *w, const char *uri)
{
	struct token *t = NULL;
	enum rc rc = pkcs11_token.open(uri, &w->ask, &t, &w->e);

	if (rc != RC_OK)
		(void)fprintf(stderr, "open %s: %s\n", uri, w->e.msg);
	CHECK_EQ(rc, RC_OK);
	return t;
}

static inline enum rc
world_mac(struct world *w, const char *uri)
{
	AUTO_SECRET struct secret out = { 0 };
	struct bytes msg = BYTES_STR("20150830");
	struct token *t = NULL;
	enum rc rc = pkcs11_token.open(uri, &w->ask, &t, &w->e);

	if (rc == RC_OK)
		rc = pkcs11_token.mac(t, MAC_HMAC_SHA256, &msg, 1, &out, &w->e);
	CHECK_EQ(rc == RC_OK, out.p != NULL);
	pkcs11_token.close(t);
	return rc;
}

#define WORLD_VALUE "AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

static inline enum rc
world_import(struct world *w, const char *uri, const char *label)
{
	const struct token_import what = {
		.label = label,
		.mac = MAC_HMAC_SHA256,
		.value = BYTES_STR(WORLD_VALUE),
	};
	struct token *t = world_open(w, uri);
	AUTO_MEM char *made = NULL;
	enum rc rc = pkcs11_token.import(t, &what, &made, &w->e);

	CHECK_EQ(rc == RC_OK, made != NULL);
	CHECK(strstr(w->e.msg, "wJalr") == NULL);
	pkcs11_token.close(t);
	return rc;
}

static inline enum rc
world_remove(struct world *w, const char *uri)
{
	struct token *t = world_open(w, uri);
	enum rc rc = pkcs11_token.remove(t, &w->e);

	pkcs11_token.close(t);
	return rc;
}

/* The sentence has that in it; else it is shown. */
static inline void
world_said(const struct world *w, const char *part)
{
	if (strstr(w->e.msg, part) == NULL)
		(void)fprintf(stderr, "[%s] lacks [%s]\n", w->e.msg, part);
	CHECK(strstr(w->e.msg, part) != NULL);
}

#endif
