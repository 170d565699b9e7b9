/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/net/http_error.h"

#include <openssl/x509_vfy.h>
#include <string.h>

/* Where a network fault lies, as far as a person can act on it. */

static enum rc
say_connect(const struct http_failure *f, struct err *e)
{
	return err_set(e, RC_NET,
	    "cannot connect to '%s'%s%s: check the network, endpoint_url and, "
	    "behind a firewall, HTTPS_PROXY",
	    f->host, f->os_errno != 0 ? ": " : "",
	    f->os_errno != 0 ? strerror(f->os_errno) : "");
}

static enum rc
say_late(const struct http_failure *f, struct err *e)
{
	enum rc rc = f->late ? RC_TIMEOUT : RC_NET;

	if (f->connected)
		return err_set(e, rc,
		    "'%s' did not answer in time: try again, and look at "
		    "health.aws.amazon.com if it stays so",
		    f->host);
	return err_set(e, rc,
	    "no connection to '%s' in time: check the network and, behind a "
	    "firewall, HTTPS_PROXY",
	    f->host);
}

static enum rc
say_certificate(const struct http_failure *f, struct err *e)
{
	if (f->verify == X509_V_ERR_CERT_HAS_EXPIRED ||
	    f->verify == X509_V_ERR_CERT_NOT_YET_VALID)
		return err_set(e, RC_NET,
		    "the certificate of '%s' is not valid today (%s): check "
		    "the clock of this computer",
		    f->host, f->detail);
	/* libcurl leaves the latter behind when only the name is wrong. */
	if (f->verify != X509_V_OK && f->verify != X509_V_ERR_UNSPECIFIED)
		return err_set(e, RC_NET,
		    "the certificate of '%s' is not trusted (%s): behind a "
		    "proxy that inspects TLS name its CA file in ca_bundle or "
		    "AWS_CA_BUNDLE",
		    f->host, f->detail);
	return err_set(e, RC_NET,
	    "the certificate shown is not one of '%s' (%s): check "
	    "endpoint_url, and who answers in the place of that host",
	    f->host, f->detail);
}

static enum rc
say_cut_off(const struct http_failure *f, struct err *e)
{
	return err_set(e, RC_NET,
	    "'%s' cut the connection before its answer was whole (%s): try "
	    "again",
	    f->host, f->detail[0] != '\0' ? f->detail : "no more came");
}

static enum rc
say_proxy(const struct http_failure *f, struct err *e)
{
	if (f->proxy_status == 407)
		return err_set(e, RC_NET,
		    "the proxy wants a user and a password (HTTP 407): write "
		    "them into HTTPS_PROXY, or name '%s' in NO_PROXY",
		    f->host);
	if (f->proxy_status != 0)
		return err_set(e, RC_NET,
		    "the proxy does not let us to '%s' (HTTP %ld): check "
		    "HTTPS_PROXY, or name the host in NO_PROXY",
		    f->host, f->proxy_status);
	return err_set(e, RC_NET,
	    "the proxy on the way to '%s' cannot be used (%s): check "
	    "HTTPS_PROXY and NO_PROXY",
	    f->host, f->detail);
}

static enum rc
say_not_http(const struct http_failure *f, struct err *e)
{
	return err_set(e, RC_FORMAT,
	    "'%s' does not speak HTTP (%s): check endpoint_url and its port",
	    f->host, f->detail);
}

static enum rc
say_too_large(const struct http_failure *f, struct err *e)
{
	return err_set(e, RC_FORMAT,
	    "the answer of '%s' is far larger than STS's are: check "
	    "endpoint_url and HTTPS_PROXY",
	    f->host);
}

/* The one place where a CURLcode gets a meaning. */
static enum rc
translate(const struct http_failure *f, bool *passing, struct err *e)
{
	*passing = false;
	switch (f->code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		*passing = true;
		return err_set(e, RC_NET,
		    "cannot find the host '%s': is this computer offline, or "
		    "is the region or endpoint_url misspelt?",
		    f->host);
	case CURLE_COULDNT_CONNECT:
	case CURLE_INTERFACE_FAILED:
		*passing = true;
		return say_connect(f, e);
	case CURLE_OPERATION_TIMEDOUT:
		/* TCP has tried again by itself all that time. */
		return say_late(f, e);
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_FAIL_REWIND:
	case CURLE_READ_ERROR:
	case CURLE_ABORTED_BY_CALLBACK:
		*passing = true;
		return say_cut_off(f, e);
	case CURLE_SSL_CONNECT_ERROR:
		*passing = true;
		return err_set(e, RC_NET,
		    "no TLS with '%s' (%s): check endpoint_url, and whether "
		    "a proxy stands between",
		    f->host, f->detail);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
		return say_certificate(f, e);
	case CURLE_SSL_CACERT_BADFILE:
		return err_set(e, RC_CONFIG,
		    "cannot use the CA certificates (%s): correct ca_bundle "
		    "or AWS_CA_BUNDLE",
		    f->detail);
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_PROXY:
		return say_proxy(f, e);
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP2:
		return say_not_http(f, e);
	case CURLE_WRITE_ERROR:
	case CURLE_FILESIZE_EXCEEDED:
		return say_too_large(f, e);
	default:
		return err_set(e, RC_NET,
		    "the request to '%s' failed (%s): try again, and check "
		    "endpoint_url and the proxy if that does not help",
		    f->host,
		    f->detail[0] != '\0' ? f->detail
					 : curl_easy_strerror(f->code));
	}
}

enum rc
http_explain(const struct http_failure *f, bool *passing, struct err *e)
{
	*passing = false;
	if (f->too_large)
		return say_too_large(f, e);
	if (f->proxy_status >= 400)
		return say_proxy(f, e);
	return translate(f, passing, e);
}
