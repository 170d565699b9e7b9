/* SPDX-License-Identifier: Apache-2.0 */
#include <fido.h>
#include <string.h>

#include "fido/make.h"
#include "fido/pin.h"
#include "fido/race.h"
#include "fido/survey.h"
#include "fido/unseal.h"
#include "signer/base/mem.h"
#include "signer/token/token.h"

/*
 * FIDO2 keys take no secret in; each makes one of its own for a credential
 * and a salt (hmac-secret).  "fido:" is whichever of them the seals, or the
 * person's touch, tell; "?pin-source=SOURCE" may follow.
 */

static const char scheme[] = "fido:", source[] = "?pin-source=";

struct token {
	const struct ask *ask;
	char *pin_source; /* or NULL */
};

static enum rc
fido_open(
    const char *uri, const struct ask *ask, struct token **ret, struct err *e)
{
	const char *rest = uri + strlen(scheme);
	struct token *t;

	if (strncmp(uri, scheme, strlen(scheme)) != 0 ||
	    (*rest != '\0' && strncmp(rest, source, strlen(source)) != 0))
		return err_set(e, RC_CONFIG,
		    "a FIDO2 key is written 'fido:', and nothing follows but "
		    "?pin-source=: which key it is, its touch tells");
	/* Of this thread, and so of every key that is opened in it. */
	fido_init(FIDO_DISABLE_U2F_FALLBACK);
	t = mem_new(1, sizeof(*t));
	t->ask = ask;
	if (*rest != '\0')
		t->pin_source = mem_str(rest + strlen(source));
	*ret = t;
	return RC_OK;
}

static enum rc
fido_seal(struct token *t, const struct seal_list *others, bool pin,
    struct seal *ret, struct secret *key, struct err *e)
{
	const struct make m = { t->ask, t->pin_source, others, pin };

	return make_seal(&m, ret, key, e);
}

static enum rc
fido_unseal(struct token *t, const struct seal_list *seals, const uint8_t *next,
    struct unsealed *ret, struct err *e)
{
	return unseal(t->ask, t->pin_source, seals, next, ret, e);
}

static enum rc
fido_present(struct token *t, const struct seal_list *seals,
    struct presence *ret, struct err *e)
{
	return unseal_present(t->ask, seals, ret, e);
}

static enum rc
fido_held(struct token *t, struct token_item *ret, struct err *e)
{
	(void)t;
	(void)e;
	*ret = (struct token_item){
		.uri = scheme,
		.token = "FIDO2 key",
		.model = "",
		.serial = "",
		.object = "",
		.held = HELD_SEALED,
		.touch = true,
	};
	return RC_OK;
}

static void
fido_cancel(struct token *t)
{
	(void)t;
	race_call_off();
}

static void
fido_close(struct token *t)
{
	if (t != NULL)
		mem_free(t->pin_source);
	mem_free(t);
}

static void
fido_end(void)
{
	race_reset();
	pin_forget();
}

const struct token_ops fido_token = {
	.scheme = "fido",
	.open = fido_open,
	.seal = fido_seal,
	.unseal = fido_unseal,
	.present = fido_present,
	.held = fido_held,
	.survey = fido_survey,
	.cancel = fido_cancel,
	.close = fido_close,
	.end = fido_end,
};
