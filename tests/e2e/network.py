# SPDX-License-Identifier: Apache-2.0
"""What the tests of the way to STS share."""

import rig


class Network(rig.Case):
    def setUp(self):
        super().setUp()
        self.use(self.rig.url)

    def use(self, url, mfa=False, **more):
        keys = {} if mfa else {"mfa_serial": None, "stskey_mfa": None}
        self.rig.write_config(self.rig.dev(endpoint_url=url, **keys, **more))

    def call(self, *more, **options):
        return self.rig.stskey("credentials", "--profile", "dev", *more, **options)

    def fault(self, kind, times=1, **more):
        self.sts.control({"faults": [dict(more, kind=kind, times=times)]})

    def tried(self):
        return self.sts.count("GetSessionToken", None)

    def codes(self):
        return [
            r["params"]["TokenCode"]
            for r in self.sts.requests
            if "TokenCode" in r["params"]
        ]
