/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/endpoint_url.h"

#include <string.h>

#include "signer/aws/text.h"

static bool
is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
read_port(struct bytes s, long *ret)
{
	long port = 0;

	if (s.len == 0 || s.len > 5)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_digit(s.p[i]))
			return false;
		port = port * 10 + (s.p[i] - '0');
	}
	*ret = port;
	return port >= 1 && port <= 65535;
}

static bool
is_name(struct bytes host)
{
	for (size_t i = 0; i < host.len; i++) {
		uint8_t c = host.p[i];

		if (!is_lower(c) && !(c >= 'A' && c <= 'Z') && !is_digit(c) &&
		    c != '-' && c != '_' && c != '.')
			return false;
	}
	return host.len > 0 && host.len <= 253 && host.p[0] != '.' &&
	       host.p[0] != '-';
}

/* [ and ] around what can only be an IPv6 address; no zone. */
static bool
is_ipv6(struct bytes host)
{
	static const char digits[] = "0123456789abcdefABCDEF:.";
	size_t colons = 0;

	if (host.len < 4 || host.len > 47)
		return false;
	for (size_t i = 1; i + 1 < host.len; i++) {
		if (memchr(digits, host.p[i], sizeof(digits) - 1) == NULL)
			return false;
		colons += host.p[i] == ':';
	}
	return colons >= 2;
}

static bool
split_authority(struct bytes s, struct endpoint_url *ret)
{
	const uint8_t *end = s.len > 0 ? memchr(s.p, ':', s.len) : NULL;
	size_t len = end != NULL ? (size_t)(end - s.p) : s.len;
	bool v6 = s.len > 0 && s.p[0] == '[';

	if (v6) {
		end = memchr(s.p, ']', s.len);
		len = end != NULL ? (size_t)(end - s.p) + 1 : 0;
	}
	ret->host = BYTES(s.p, len);
	if (v6 ? !is_ipv6(ret->host) : !is_name(ret->host))
		return false;
	if (len == s.len)
		return true;
	return s.p[len] == ':' &&
	       read_port(BYTES(s.p + len + 1, s.len - len - 1), &ret->port);
}

enum rc
endpoint_url_split(const char *url, struct endpoint_url *ret, struct err *e)
{
	const char *host = strstr(url, "://");
	size_t len;

	*ret = (struct endpoint_url){
		.https = text_begins_fold(BYTES_STR(url), "https://"),
	};
	if (!ret->https && !text_begins_fold(BYTES_STR(url), "http://"))
		return err_set(e, RC_CONFIG,
		    "an endpoint URL begins with https://: write one like "
		    "https://sts.eu-central-1.amazonaws.com");
	host += 3;
	len = strlen(host);
	if (len > 0 && host[len - 1] == '/')
		len--;
	if (memchr(host, '@', len) != NULL)
		return err_set(e, RC_CONFIG,
		    "an endpoint URL may not hold a user name or password: "
		    "leave out what stands before the @");
	if (strcspn(host, "/?#") < len)
		return err_set(e, RC_CONFIG,
		    "an endpoint URL may not hold a path or a query: leave out "
		    "what follows the host and port");
	if (!split_authority(BYTES(host, len), ret))
		return err_set(e, RC_CONFIG,
		    "an endpoint URL names a host and perhaps a port: write "
		    "one "
		    "like https://sts.example.com:8443");
	return RC_OK;
}

/* Takes a number up to 255 and the dot or the end behind it from *s. */
static bool
octet(struct bytes *s)
{
	size_t i = 0;
	int n = 0;

	while (i < s->len && i < 3 && is_digit(s->p[i]))
		n = n * 10 + s->p[i++] - '0';
	if (i == 0 || n > 255 || (i < s->len && s->p[i] != '.'))
		return false;
	i += i < s->len;
	*s = BYTES(s->p + i, s->len - i);
	return true;
}

/* Four numbers and no other way to write them; the first is 127. */
static bool
is_127(struct bytes host)
{
	struct bytes rest = host;

	return host.len > 4 && memcmp(host.p, "127.", 4) == 0 &&
	       host.p[host.len - 1] != '.' && octet(&rest) && octet(&rest) &&
	       octet(&rest) && octet(&rest) && rest.len == 0;
}

bool
endpoint_url_is_loopback(struct bytes host)
{
	return bytes_is(host, "[::1]") || is_127(host) ||
	       text_eq_fold(host, BYTES_STR("localhost"));
}
