/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/enrol.h"

#include <string.h>

#include "signer/base/uri.h"
#include "signer/cmd/enrol_lines.h"
#include "signer/cmd/make.h"
#include "signer/host/term.h"

/* With a person in front, and where, as to an SDK, nobody may be. */
enum {
	TIMEOUT_SECONDS = 300,
	ALONE_SECONDS = 55,
};

/* For a profile that has none yet: STS answers everywhere in a partition. */
static const char fallback_region[] = "us-east-1";

void
enrol_done(struct enrol *n)
{
	crew_done(&n->crew);
	world_done(&n->world);
	pool_done(&n->strings);
}

/* Whose settings are meant, where no --profile says it. */
static const char *
settler(struct enrol *n, const char *uri)
{
	const struct profile_file *f = &n->world.config;

	for (size_t i = 0;
	     n->profile == NULL && uri != NULL && i < f->nsections; i++)
		if (enrol_names(n, i, NULL, uri))
			return pool_add(
			    &n->strings, profile_name(&f->sections[i]));
	return world_profile(n->profile);
}

static const char *
setting(struct enrol *n, const char *key)
{
	return setting_get(&n->world.in, n->settler, key, &n->strings);
}

static const char *
first(const char *a, const char *b, const char *c)
{
	if (a != NULL)
		return a;
	return b != NULL ? b : c;
}

static enum rc
settle_endpoint(struct enrol *n, struct err *e)
{
	const char *(*env)(void *, const char *) = n->world.in.env;
	const char *region = first(n->region, env(NULL, "AWS_REGION"),
	    env(NULL, "AWS_DEFAULT_REGION"));
	const char *url = first(env(NULL, "AWS_ENDPOINT_URL_STS"),
	    setting(n, "endpoint_url"), NULL);

	region = first(region, setting(n, "region"), fallback_region);
	return endpoint_sts(region, url, &n->endpoint, e);
}

static void
settle_person(struct enrol *n)
{
	const struct setting_input *in = &n->world.in;
	struct setting_input own = *in;

	own.defaults = NULL; /* come after what a URI says */

	n->crew.retry_pin = n->retry_pin;
	n->crew.pin_source = first(n->pin_source,
	    setting_get(&own, n->settler, "stskey_pin_source", &n->strings),
	    NULL);
	n->crew.pin_source_default =
	    setting_of_defaults(in, "stskey_pin_source", &n->strings).value;
	n->crew.module = setting(n, "stskey_pkcs11_module");
	n->crew.pinentry = setting(n, "stskey_pinentry");
	n->crew.ca_bundle = first(
	    in->env(NULL, "AWS_CA_BUNDLE"), setting(n, "ca_bundle"), NULL);
}

enum rc
enrol_begin(struct enrol *n, const char *uri, struct err *e)
{
	enum rc rc = world_load(&n->world, e);

	if (rc != RC_OK)
		return rc;
	n->crew.profile = n->profile;
	n->crew.term.aloud = true;
	crew_begin(&n->crew, TIMEOUT_SECONDS);
	rc = enrol_settle(n, uri, e);
	if (rc == RC_OK && n->serves && !term_is_there())
		crew_begin(&n->crew, n->timeout_seconds > 0 ? n->timeout_seconds
							    : ALONE_SECONDS);
	return rc;
}

enum rc
enrol_settle(struct enrol *n, const char *uri, struct err *e)
{
	struct plan person = { 0 };
	enum rc rc;

	n->settler = settler(n, uri);
	settle_person(n);
	rc = plan_person(&n->world.in, n->settler, &person, e);
	n->crew.touch_seconds = person.touch_seconds;
	n->crew.prompt = person.prompt;
	n->timeout_seconds = person.timeout_seconds;
	if (rc == RC_OK)
		rc = settle_endpoint(n, e);
	if (rc != RC_OK || n->crew.token.name == NULL)
		return rc;
	return crew_person(&n->crew, e);
}

enum rc
enrol_check_to(const char *to, bool pin, struct err *e)
{
	struct bytes scheme = uri_scheme(to);

	if (bytes_is(scheme, "sealed"))
		return err_set(e, RC_USAGE,
		    "--to names hardware, and sealed: is a file: give --to "
		    "fido: and the name of the file with --name");
	if (pin && !bytes_is(scheme, "fido"))
		return err_set(e, RC_USAGE,
		    "--pin is for a FIDO2 key (--to fido:), and other tokens "
		    "want their PIN as they are set up: leave it out");
	return RC_OK;
}

enum rc
enrol_hold(struct enrol *n, const char *uri, bool with_stdin, struct err *e)
{
	struct hold h = { .tokens = { uri } };
	enum rc rc = crew_token(&n->crew, with_stdin, e);

	return rc == RC_OK ? crew_hold(&n->crew, &h, e) : rc;
}

enum rc
enrol_prove(struct enrol *n, struct err *e)
{
	AUTO_IDENTITY struct identity id = { 0 };
	const struct identity_of who = {
		.endpoint = &n->endpoint,
		.profile = n->profile,
		.key = n->uri,
		.access_key_id = n->access_key_id,
	};
	const char *user;
	enum rc rc;

	if ((rc = crew_net(&n->crew, n->endpoint.url, e)) != RC_OK ||
	    (rc = make_identity(&n->crew, &who, &id, e)) != RC_OK)
		return rc;
	user = identity_user(&id);
	if (user != NULL)
		n->user = pool_add(&n->strings, BYTES_STR(user));
	term_say("AWS knows this key as %s", id.arn);
	return RC_OK;
}
