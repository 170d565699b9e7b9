# SPDX-License-Identifier: Apache-2.0
"""What the tests of exec and export share."""

import json

import granted
import rig

VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "STSKEY_PROFILE",
)
# Its environment, as one JSON object.
PROGRAM = "import json, os; print(json.dumps(dict(os.environ)))"
SHOW = ("/usr/bin/python3", "-c", PROGRAM)
FAILED, CANNOT_RUN, NO_COMMAND = 125, 126, 127


class Running(granted.Granted):
    """A key without MFA, so that a test may have many sessions of it."""

    def setUp(self):
        super().setUp()
        self.rig.write_config(self.no_mfa(), self.rig.role())

    def exec(self, *command, profile="dev", options=(), **more):
        return self.rig.stskey(
            "exec", "--profile", profile, *options, "--", *command, **more
        )

    def shown(self, *options, **more):
        """The environment of the command."""
        result = self.good(self.exec(*SHOW, options=options, **more))
        return json.loads(result.out)

    def expected(self, profile="dev", region=rig.REGION):
        """What the variables must be, from credentials of the same session."""
        answer = self.credentials(profile)
        return dict(
            zip(
                VARIABLES,
                (
                    answer["AccessKeyId"],
                    answer["SecretAccessKey"],
                    answer["SessionToken"],
                    answer["SessionToken"],
                    answer["Expiration"],
                    region,
                    region,
                    profile,
                ),
            )
        )
