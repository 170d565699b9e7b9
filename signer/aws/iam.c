/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/aws/iam.h"

#include "signer/aws/form.h"
#include "signer/aws/shape.h"

void
iam_create_virtual_mfa_device(struct buf *ret, const char *name)
{
	form_begin(ret, "CreateVirtualMFADevice", IAM_VERSION);
	form_text(ret, "VirtualMFADeviceName", name);
}

void
iam_delete_virtual_mfa_device(struct buf *ret, const char *serial)
{
	form_begin(ret, "DeleteVirtualMFADevice", IAM_VERSION);
	form_text(ret, "SerialNumber", serial);
}

static void
codes(struct buf *ret, const struct iam_codes *c)
{
	form_text(ret, "UserName", c->user);
	form_text(ret, "SerialNumber", c->serial);
	form_text(ret, "AuthenticationCode1", c->code1);
	form_text(ret, "AuthenticationCode2", c->code2);
}

void
iam_enable_mfa_device(struct buf *ret, const struct iam_codes *c)
{
	form_begin(ret, "EnableMFADevice", IAM_VERSION);
	codes(ret, c);
}

void
iam_resync_mfa_device(struct buf *ret, const struct iam_codes *c)
{
	form_begin(ret, "ResyncMFADevice", IAM_VERSION);
	codes(ret, c);
}

void
iam_deactivate_mfa_device(struct buf *ret, const char *user, const char *serial)
{
	form_begin(ret, "DeactivateMFADevice", IAM_VERSION);
	form_text(ret, "UserName", user);
	form_text(ret, "SerialNumber", serial);
}

void
iam_list_mfa_devices(struct buf *ret, const char *user, const char *marker)
{
	form_begin(ret, "ListMFADevices", IAM_VERSION);
	form_text(ret, "UserName", user);
	form_text(ret, "Marker", marker);
}

void
iam_list_virtual_mfa_devices(struct buf *ret, const char *marker)
{
	form_begin(ret, "ListVirtualMFADevices", IAM_VERSION);
	form_text(ret, "AssignmentStatus", "Unassigned");
	form_text(ret, "Marker", marker);
}

void
iam_list_account_aliases(struct buf *ret)
{
	form_begin(ret, "ListAccountAliases", IAM_VERSION);
}

bool
iam_is_action(const char *action)
{
	static const char *const actions[] = { "CreateVirtualMFADevice",
		"DeactivateMFADevice", "DeleteVirtualMFADevice",
		"EnableMFADevice", "ListMFADevices", "ListVirtualMFADevices",
		"ResyncMFADevice" };

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (action != NULL && strcmp(action, actions[i]) == 0)
			return true;
	return false;
}

enum rc
iam_check_device_name(struct bytes s, struct err *e)
{
	static const struct shape shape = { "the name of an MFA device", 1, 128,
		"+=,.@-", "letters, digits and _ + = , . @ -" };

	return shape_check(&shape, s, e);
}
