/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <strings.h>

static void
free_url(CURLU **u)
{
	curl_url_cleanup(*u);
}

static void
free_part(char **part)
{
	curl_free(*part);
}

/* A part into an array; false when it is too long.  "" where there is none. */
static bool
part(CURLU *u, CURLUPart which, char *ret, size_t size)
{
	AUTO(free_part) char *text = NULL;

	ret[0] = '\0';
	if (curl_url_get(u, which, &text, 0) != CURLUE_OK)
		return true;
	return (size_t)snprintf(ret, size, "%s", text) < size;
}

static bool
is_there(CURLU *u, CURLUPart which)
{
	AUTO(free_part) char *text = NULL;

	return curl_url_get(u, which, &text, 0) == CURLUE_OK;
}

/* "localhost" as well: libcurl does not ask a name server for that. */
static bool
is_loopback(const char *name)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcasecmp(name, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, name, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, name, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* Hosts are compared and signed in lower case, IPv6 without its brackets. */
static void
tidy_name(char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++)
		if (name[i] >= 'A' && name[i] <= 'Z')
			name[i] = (char)(name[i] - 'A' + 'a');
	if (n > 2 && name[0] == '[' && name[n - 1] == ']') {
		memmove(name, name + 1, n - 2);
		name[n - 2] = '\0';
	}
}

static bool
host_header(CURLU *u, struct url *ret)
{
	const char *bracket = strchr(ret->name, ':') != NULL ? "[" : "";
	char port[8];
	int n;

	if (!part(u, CURLUPART_PORT, port, sizeof(port)))
		return false;
	if (strcmp(port, ret->https ? "443" : "80") == 0)
		port[0] = '\0';
	n = snprintf(ret->host, sizeof(ret->host), "%s%s%s%s%s", bracket,
	    ret->name, bracket[0] != '\0' ? "]" : "",
	    port[0] != '\0' ? ":" : "", port);
	return n > 0 && (size_t)n < sizeof(ret->host);
}

static enum rc
check(CURLU *u, const struct url *url, const char *scheme, struct err *e)
{
	if (!url->https && strcmp(scheme, "http") != 0)
		return err_set(
		    e, RC_CONFIG, "the endpoint_url must begin with https://");
	if (!url->https && !url->loopback)
		return err_set(e, RC_CONFIG,
		    "the endpoint_url for '%s' is plain http, which is for "
		    "this computer's loopback only: write https://",
		    url->name);
	if (is_there(u, CURLUPART_USER) || is_there(u, CURLUPART_PASSWORD) ||
	    is_there(u, CURLUPART_FRAGMENT))
		return err_set(e, RC_CONFIG,
		    "the endpoint_url for '%s' holds a user, a password or a "
		    "fragment: take it out",
		    url->name);
	return RC_OK;
}

enum rc
url_parse(const char *text, struct url *ret, struct err *e)
{
	AUTO(free_url) CURLU *u = curl_url();
	struct url url = { 0 };
	char scheme[8];

	if (u == NULL || curl_url_set(u, CURLUPART_URL, text, 0) != CURLUE_OK ||
	    !part(u, CURLUPART_SCHEME, scheme, sizeof(scheme)) ||
	    !part(u, CURLUPART_HOST, url.name, sizeof(url.name)) ||
	    !part(u, CURLUPART_PATH, url.path, sizeof(url.path)) ||
	    !part(u, CURLUPART_QUERY, url.query, sizeof(url.query)))
		return err_set(e, RC_CONFIG,
		    "the endpoint_url is not a URL: write it like "
		    "https://sts.eu-central-1.amazonaws.com");
	url.https = strcmp(scheme, "https") == 0;
	tidy_name(url.name);
	url.loopback = is_loopback(url.name);
	if (!host_header(u, &url))
		return err_set(e, RC_CONFIG, "the endpoint_url is too long");
	if (check(u, &url, scheme, e) != RC_OK)
		return RC_CONFIG;
	*ret = url;
	return RC_OK;
}
