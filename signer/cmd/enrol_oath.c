/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "signer/base/uri.h"
#include "signer/cmd/enrol.h"

enum { SERIAL_MAX = 16 };

/* What is printed on the key, or the id of its applet in hex. */
static bool
is_serial(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= SERIAL_MAX && strspn(s, "0123456789abcdef") == n;
}

enum rc
enrol_to(struct enrol *n, const char **to, const char *serial, bool no_touch,
    struct err *e)
{
	if (serial == NULL && !no_touch)
		return RC_OK;
	if (!bytes_is(uri_scheme(*to), "oath"))
		return err_set(e, RC_USAGE,
		    "--serial and --no-touch are for --to oath:, the OATH "
		    "applet of a YubiKey");
	if (serial == NULL)
		return RC_OK;
	if (strcmp(*to, "oath:") != 0 || !is_serial(serial))
		return err_set(e, RC_USAGE,
		    "--serial takes the number that is printed on the key, "
		    "and goes with --to oath: alone");
	*to = pool_fmt(&n->strings, "oath:serial=%s", serial);
	return RC_OK;
}
