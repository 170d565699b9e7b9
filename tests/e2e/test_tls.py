#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Certificates, proxies, and a clock that is not that of STS."""

import network
import proxy
import rig


class Tls(network.Network):
    def test_trusted_by_profile(self):
        self.use(self.sts.listen("tls"), ca_bundle=self.sts.ca)
        self.good(self.call())

    def test_trusted_by_environment(self):
        self.use(self.sts.listen("tls"))
        self.good(self.call(env={"AWS_CA_BUNDLE": self.sts.ca}))

    def test_not_trusted(self):
        self.use(self.sts.listen("tls"))
        result = self.call("--timeout", "8")
        self.refused(result, rig.NET, "certificate", "ca_bundle|AWS_CA_BUNDLE")
        self.assertEqual(self.tried(), 0)

    def test_wrong_host(self):
        self.use(self.sts.listen("wrong-host"), ca_bundle=self.sts.ca)
        result = self.call("--timeout", "8")
        self.refused(result, rig.NET, "certificate|host")
        self.assertEqual(self.tried(), 0)

    def test_expired(self):
        self.use(self.sts.listen("expired"), ca_bundle=self.sts.ca)
        result = self.call("--timeout", "8")
        self.refused(result, rig.NET, "certificate|expired")

    def test_old_protocol(self):
        self.use(self.sts.listen("old-tls"), ca_bundle=self.sts.ca)
        result = self.call("--timeout", "8")
        self.refused(result, rig.NET, "TLS|SSL|protocol")

    def test_bundle_not_there(self):
        self.use(self.sts.listen("tls"), ca_bundle="/nonexistent/ca.pem")
        result = self.call("--timeout", "8")
        self.refused(result, rig.CONFIG, "/nonexistent/ca.pem")

    def test_bundle_is_none(self):
        path = self.rig.folder / "noise.pem"
        path.write_text("no certificate\n")
        self.use(self.sts.listen("tls"), ca_bundle=path)
        result = self.call("--timeout", "8")
        self.refused(result, rig.CONFIG, "noise.pem")

    def test_plain_answer(self):
        plain = self.rig.url.replace("http://", "https://")
        self.use(plain, ca_bundle=self.sts.ca)
        result = self.call("--timeout", "8")
        self.refused(result, rig.NET)



class Proxies(network.Network):
    def through(self, target, **options):
        between = proxy.Proxy(target, **options)
        self.addCleanup(between.close)
        return between

    def test_https(self):
        """The regional endpoint itself, by AWS's own name, through a proxy."""
        between = self.through(self.sts.listen("aws"))
        self.use(None, ca_bundle=self.sts.ca)
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            self.rig.fresh()
            between.asked.clear()
            with self.subTest(name=name):
                self.good(self.call(env={name: between.url}))
                self.assertEqual(
                    set(between.asked),
                    {"CONNECT sts.eu-central-1.amazonaws.com:443"},
                )

    def test_no_proxy(self):
        between = self.through(self.rig.url)
        self.use(self.sts.listen("tls"), ca_bundle=self.sts.ca)
        env = {"HTTPS_PROXY": between.url, "NO_PROXY": "localhost,127.0.0.1"}
        self.good(self.call(env=env))
        self.assertEqual(between.asked, [])

    def test_that_refuses(self):
        between = self.through(self.rig.url, refuse=True)
        self.use(None, ca_bundle=self.sts.ca)
        result = self.call("--timeout", "8", env={"HTTPS_PROXY": between.url})
        self.refused(result, rig.NET, "proxy|CONNECT|403")

    def test_that_is_not_there(self):
        self.use(None, ca_bundle=self.sts.ca)
        result = self.call("--timeout", "8", env={"HTTPS_PROXY": "http://127.0.0.1:1"})
        self.refused(result, rig.NET, "proxy|127.0.0.1")

    def test_password_is_not_shown(self):
        self.use(None, ca_bundle=self.sts.ca)
        url = "http://someone:sesame@127.0.0.1:1"
        result = self.call("--timeout", "8", env={"HTTPS_PROXY": url})
        self.refused(result, rig.NET)
        self.assertNotIn("sesame", result.err)



class Clock(network.Network):
    """STS's clock is not ours: one retry with its time, said with the difference."""

    def test_hours_apart(self):
        for offset in (3600, -3600, 20 * 3600):
            self.rig.fresh()
            self.sts.control({"clock_offset": offset})
            result = self.good(self.call())
            with self.subTest(offset=offset):
                self.assertTrue(result.json()["SessionToken"])
                self.assertEqual(self.tried(), 2)
                self.assertRegex(result.err, "(?i)clock")
                self.assertRegex(result.err, r"\d+ (second|minute|hour)")

    def test_hours_apart_with_a_code(self):
        self.use(self.rig.url, mfa=True)
        self.sts.control({"clock_offset": 7200})
        self.good(self.call())
        codes = self.codes()
        self.assertEqual(len(codes), 2)
        self.assertNotEqual(*codes)

    def test_cached_by_the_services_clock(self):
        """What was granted an hour ahead is served until it really ends."""
        self.sts.control({"clock_offset": -3600})
        first = self.good(self.call()).json()
        self.assertEqual(self.good(self.call()).json(), first)
        self.assertEqual(self.sts.count("GetSessionToken"), 1)

    def test_some_minutes_apart(self):
        self.sts.control({"clock_offset": 600})
        self.good(self.call())
        self.assertEqual(self.tried(), 1)

    def test_days_apart(self):
        """Farther than a day: no signature is made for such a date."""
        for offset in (3 * 86400, -3 * 86400):
            self.rig.fresh()
            self.sts.control({"clock_offset": offset})
            result = self.call()
            with self.subTest(offset=offset):
                self.refused(result, rig.CLOCK, "clock")
                self.assertEqual(self.tried(), 1)


if __name__ == "__main__":
    rig.main()
