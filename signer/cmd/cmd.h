/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "signer/base/err.h"
#include "signer/cmd/option.h"

/*
 * The verbs, one a file, with their options.  e says what went wrong; only
 * stskey.c prints it.
 */

typedef enum rc verb_run(const struct verb *v, char **argv, struct err *e);

verb_run cmd_clear, cmd_credentials, cmd_doctor, cmd_exec, cmd_export,
    cmd_import_config, cmd_key_adopt, cmd_key_import, cmd_key_list,
    cmd_key_remove, cmd_key_verify, cmd_log, cmd_login, cmd_mfa_code,
    cmd_mfa_copy, cmd_mfa_deactivate, cmd_mfa_enroll, cmd_mfa_import,
    cmd_mfa_list, cmd_mfa_resync, cmd_notify, cmd_policy, cmd_status,
    cmd_token_list, cmd_whoami;

extern const struct option doctor_options[], exec_options[], export_options[],
    import_config_options[];

extern const struct option clear_options[], key_adopt_options[],
    key_import_options[], key_list_options[], key_remove_options[],
    key_verify_options[], log_options[], mfa_code_options[], mfa_copy_options[],
    mfa_deactivate_options[], mfa_enroll_options[], mfa_import_options[],
    mfa_list_options[], mfa_resync_options[], notify_options[],
    policy_options[], session_options[], status_options[], token_list_options[];

#endif
