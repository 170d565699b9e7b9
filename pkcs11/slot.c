/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/slot.h"

#include <p11-kit/p11-kit.h>

#include <stdio.h>
#include <string.h>

#include "pkcs11/rv.h"
#include "signer/base/clock.h"
#include "signer/base/mem.h"

enum { MAX_SLOTS = 256 };

/* Blank-padded and not terminated; a control character would reach a screen. */
static void
text_of(const CK_UTF8CHAR *padded, size_t size, char *ret)
{
	size_t len = size;

	while (len > 0 && padded[len - 1] == ' ')
		len--;
	for (size_t i = 0; i < len; i++)
		ret[i] = padded[i] < ' ' || padded[i] == 0x7f ? '?'
		                                              : (char)padded[i];
	ret[len] = '\0';
}

static void
describe(struct slot *s)
{
	char maker[33], model[17];

	text_of(s->info.label, sizeof(s->info.label), s->label);
	text_of(s->info.serialNumber, sizeof(s->info.serialNumber), s->serial);
	text_of(s->info.manufacturerID, sizeof(s->info.manufacturerID), maker);
	text_of(s->info.model, sizeof(s->info.model), model);
	(void)snprintf(s->model, sizeof(s->model), "%s%s%s", maker,
	    maker[0] != '\0' && model[0] != '\0' ? " " : "", model);
}

static CK_RV
read_info(struct slot *s)
{
	CK_RV rv = s->module->fn->C_GetTokenInfo(s->id, &s->info);

	s->present = rv == CKR_OK;
	s->read_ms = clock_monotonic_ms();
	if (rv == CKR_OK)
		describe(s);
	return rv;
}

static struct slot *
slot_of(struct module *m, CK_SLOT_ID id)
{
	struct slot **at = &m->slots;

	for (; *at != NULL; at = &(*at)->next)
		if ((*at)->id == id)
			return *at;
	*at = mem_new(1, sizeof(**at));
	(*at)->module = m;
	(*at)->id = id;
	(*at)->session = CK_INVALID_HANDLE;
	return *at;
}

static enum rc
list(struct module *m, struct err *e)
{
	CK_SLOT_ID ids[MAX_SLOTS];
	CK_ULONG n = MAX_SLOTS;
	CK_RV rv;

	rv = m->fn->C_GetSlotList(CK_TRUE, ids, &n);
	if (rv != CKR_OK)
		return rv_err(
		    e, rv, "asking module '%s' for its tokens", m->say);
	if (n > MAX_SLOTS)
		return err_set(e, RC_TOKEN,
		    "module '%s' says that it has %lu tokens", m->say, n);
	for (struct slot *s = m->slots; s != NULL; s = s->next)
		s->present = false;
	for (CK_ULONG i = 0; i < n; i++)
		(void)read_info(slot_of(m, ids[i]));
	return RC_OK;
}

/* SoftHSM2 always has one more slot with a token that is not made yet. */
bool
slot_holds(const struct slot *s)
{
	return s->present && ((s->info.flags & CKF_TOKEN_INITIALIZED) != 0 ||
				 s->label[0] != '\0');
}

/*
 * Two slots can show one token: a module that is there twice behind p11-kit's
 * proxy.  Where all databases have one number, as with NSS, nothing tells.
 */
static bool
is_same(const struct slot *a, const struct slot *b)
{
	const CK_TOKEN_INFO *x = &a->info, *y = &b->info;

	return a->serial[strspn(a->serial, "0")] != '\0' &&
	       memcmp(x->serialNumber, y->serialNumber,
		   sizeof(x->serialNumber)) == 0 &&
	       memcmp(x->label, y->label, sizeof(x->label)) == 0 &&
	       memcmp(x->model, y->model, sizeof(x->model)) == 0 &&
	       memcmp(x->manufacturerID, y->manufacturerID,
		   sizeof(x->manufacturerID)) == 0;
}

static bool
is_seen_before(const struct slot *s)
{
	for (const struct slot *o = s->module->slots; o != s; o = o->next)
		if (slot_holds(o) && is_same(o, s))
			return true;
	return false;
}

static struct slot *
match(struct module *m, const struct uri *u, size_t *n)
{
	struct slot *found = NULL;

	*n = 0;
	for (struct slot *s = m->slots; s != NULL; s = s->next) {
		if (!slot_holds(s) || !uri_matches(u, &s->info) ||
		    is_seen_before(s))
			continue;
		if (found == NULL)
			found = s;
		++*n;
	}
	return found;
}

/* "'work' (serial 12ab), 'desk' (serial 34cd)"; u NULL: all of them. */
static void
name_tokens(const struct module *m, const struct uri *u, struct buf *ret)
{
	for (const struct slot *s = m->slots; s != NULL; s = s->next)
		if (slot_holds(s) && !is_seen_before(s) &&
		    (u == NULL || uri_matches(u, &s->info)))
			buf_fmt(ret, "%s'%s' (serial %s)",
			    ret->len > 0 ? ", " : "", s->label, s->serial);
}

static enum rc
not_found(const struct module *m, const struct uri *u, struct err *e)
{
	AUTO_BUF struct buf b = BUF_INIT(400);

	name_tokens(m, NULL, &b);
	if (b.len == 0)
		return err_set(e, RC_NOTFOUND,
		    "no token is plugged in that is '%s': module '%s' sees "
		    "none at all",
		    u->text, m->say);
	return err_set(e, RC_NOTFOUND,
	    "no token is plugged in that is '%s': module '%s' sees %s%s",
	    u->text, m->say, buf_cstr(&b), buf_ok(&b) ? "" : " and more");
}

static enum rc
several(const struct module *m, const struct uri *u, struct err *e)
{
	AUTO_BUF struct buf b = BUF_INIT(400);

	name_tokens(m, u, &b);
	return err_set(e, RC_CONFIG,
	    "'%s' means more than one token: %s%s; add serial= to the URI to "
	    "say which",
	    u->text, buf_cstr(&b), buf_ok(&b) ? "" : " and more");
}

enum rc
slot_find(
    struct module *m, const struct uri *u, struct slot **ret, struct err *e)
{
	struct slot *found;
	size_t n;
	enum rc rc;

	found = match(m, u, &n);
	if (found == NULL) {
		if ((rc = list(m, e)) != RC_OK)
			return rc;
		found = match(m, u, &n);
	}
	if (found == NULL)
		return not_found(m, u, e);
	if (n > 1)
		return several(m, u, e);
	*ret = found;
	return RC_OK;
}

enum rc
slot_any(struct module *m, const struct uri *u, struct err *e)
{
	size_t n;
	enum rc rc;

	if ((rc = list(m, e)) != RC_OK)
		return rc;
	return match(m, u, &n) != NULL ? RC_OK : not_found(m, u, e);
}

enum rc
slot_read(struct slot *s, struct err *e)
{
	return rv_err(e, read_info(s), "token '%s'", s->label);
}

bool
slot_ambiguous(const struct slot *s)
{
	if (s->label[0] == '\0')
		return true;
	for (const struct slot *o = s->module->slots; o != NULL; o = o->next)
		if (o != s && slot_holds(o) && !is_same(o, s) &&
		    memcmp(o->info.label, s->info.label,
			sizeof(s->info.label)) == 0)
			return true;
	return false;
}

static CK_RV
open_session(struct slot *s, bool writable)
{
	CK_FLAGS flags = CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0);
	CK_SESSION_HANDLE old = s->session, fresh = CK_INVALID_HANDLE;
	CK_RV rv;

	rv = s->module->fn->C_OpenSession(s->id, flags, NULL, NULL, &fresh);
	if (rv != CKR_OK)
		return rv;
	/* In this order: closing the last session would log out. */
	if (old != CK_INVALID_HANDLE)
		(void)s->module->fn->C_CloseSession(old);
	s->session = fresh;
	s->writable = writable;
	return CKR_OK;
}

enum rc
slot_session(struct slot *s, bool writable, struct err *e)
{
	if (s->session != CK_INVALID_HANDLE && (s->writable || !writable))
		return RC_OK;
	return rv_err(e, open_session(s, writable),
	    "opening a session on token '%s'", s->label);
}

void
slot_renew(struct slot *s)
{
	if (s->session == CK_INVALID_HANDLE ||
	    open_session(s, s->writable) == CKR_OK)
		return;
	(void)s->module->fn->C_CloseSession(s->session);
	s->session = CK_INVALID_HANDLE;
	s->logged_in = false;
}

void
slot_free_all(struct module *m)
{
	while (m->slots != NULL) {
		struct slot *s = m->slots;

		m->slots = s->next;
		mem_free(s);
	}
}
