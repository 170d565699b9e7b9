/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake/fake_name.h"

#include <stdbool.h>
#include <string.h>

static unsigned int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	return c >= 'A' && c <= 'F' ? (unsigned int)(c - 'A') + 10 : 16;
}

/* %XX in upper case, as every canonical URI has it. */
static bool
unescape(const char *s, char *ret)
{
	unsigned int high = nibble(s[1]);
	unsigned int low = high < 16 ? nibble(s[2]) : 16;

	*ret = (char)(high * 16 + low);
	return low < 16;
}

/* One percent-decoded value up to ';' or the end; false when it is not one. */
static bool
value_of(const char **at, char ret[FAKE_TEXT])
{
	size_t n = 0;

	for (; **at != '\0' && **at != ';'; ++*at) {
		if (n == FAKE_TEXT - 1)
			return false;
		ret[n] = **at;
		if (**at == '%' && !unescape(*at, &ret[n]))
			return false;
		*at += **at == '%' ? 2 : 0;
		n++;
	}
	ret[n] = '\0';
	*at += **at == ';' ? 1 : 0;
	return n > 0;
}

static bool
part(const char **at, const char *name, char ret[FAKE_TEXT], bool *ok)
{
	size_t len = strlen(name);

	if (strncmp(*at, name, len) != 0)
		return false;
	*at += len;
	*ok = ret[0] == '\0' && value_of(at, ret);
	return true;
}

enum rc
fake_name_parse(const char *uri, struct fake_name *ret, struct err *e)
{
	bool ok = strncmp(uri, "fake:", 5) == 0;
	const char *at = uri + 5;

	*ret = (struct fake_name){ 0 };
	while (ok && *at != '\0')
		if (!part(&at, "token=", ret->token, &ok) &&
		    !part(&at, "serial=", ret->serial, &ok) &&
		    !part(&at, "object=", ret->object, &ok))
			ok = false;
	if (!ok || ret->token[0] == '\0')
		return err_set(
		    e, RC_CONFIG, "'%s' is not a URI of a fake token", uri);
	return RC_OK;
}
