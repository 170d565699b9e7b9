/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/template.h"

#include <string.h>

CK_KEY_TYPE
fresh_type(const struct fresh *k, size_t i)
{
	if (i == 0)
		return CKK_GENERIC_SECRET;
	return k->mac == MAC_HMAC_SHA1 ? CKK_SHA_1_HMAC : CKK_SHA256_HMAC;
}

void
template_add(struct template *t, CK_ATTRIBUTE_TYPE type, void *p, CK_ULONG len)
{
	t->attrs[t->n++] = (CK_ATTRIBUTE){ type, p, len };
}

static void
add_label(struct template *t, const struct fresh *k)
{
	char *label;

	/* PKCS#11 forgot const; the module only reads it. */
	memcpy(&label, &k->label, sizeof(label));
	template_add(t, CKA_LABEL, label, strlen(label));
}

void
template_init(struct template *t, const struct fresh *k, CK_KEY_TYPE type)
{
	*t = (struct template){
		.class = CKO_SECRET_KEY,
		.type = type,
		.yes = CK_TRUE,
		.no = CK_FALSE,
	};
	template_add(t, CKA_CLASS, &t->class, sizeof(t->class));
	template_add(t, CKA_KEY_TYPE, &t->type, sizeof(t->type));
	template_add(t, CKA_TOKEN, &t->yes, sizeof(t->yes));
	template_add(t, CKA_PRIVATE, &t->yes, sizeof(t->yes));
	template_add(t, CKA_SENSITIVE, &t->yes, sizeof(t->yes));
	template_add(t, CKA_EXTRACTABLE, &t->no, sizeof(t->no));
	template_add(t, CKA_SIGN, &t->yes, sizeof(t->yes));
	add_label(t, k);
}
