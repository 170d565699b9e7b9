# SPDX-License-Identifier: Apache-2.0
"""An access key and an MFA seed on one OATH key: what is asked and what comes."""

import signal
import subprocess
import time
import unittest

import cards
import fido
import procs
import rig
from oathing import KEY_URI, NUMBER, SEED_URI, Carding, Desk


class Both(Desk):
    def test_two_touches_and_a_session(self):
        result = self.good(self.call())
        self.assertEqual(result.json()["Version"], 1)
        self.assertEqual(self.desk.blinks(), 2)
        self.assertEqual(self.posts(), 1)
        # The full output for the signature and for the code.
        self.assertEqual(self.desk.events("calculate"), ["full", "full"])
        self.good(self.call())
        self.assertEqual(self.desk.blinks(), 2)

    def test_says_which_of_two(self):
        self.desk.touch("never")
        child = self.rig.pty("credentials", "--profile", "dev", timeout=60)
        child.expect_exact("touch 'Virtual' (1 of 2) for profile 'dev'")
        self.desk.touch("once")
        child.expect_exact("touch 'Virtual' (2 of 2) for profile 'dev'")
        self.desk.touch("once")
        child.expect(rig.pexpect_eof())
        self.assertIn("AccessKeyId", child.before)

    def test_a_step_that_goes_by_is_no_third_touch(self):
        """The finger comes in the next one, whose code would be another."""
        self.desk.touch("never")
        procs.until(lambda: 26 <= time.time() % 30 < 28, 40, "no step ends")
        child = self.rig.start_stskey("credentials", "--profile", "dev")
        self.desk.wait_for("blink")
        procs.until(lambda: time.time() % 30 < 20, 60, "no step begins")
        self.desk.touch("auto")
        self.good(self.end(child))
        self.assertEqual(self.desk.blinks(), 2)

    def test_with_the_aws_cli(self):
        done = self.rig.run(
            [rig.AWS, "--endpoint-url", self.rig.url, "--profile", "dev"]
            + ["sts", "get-caller-identity"],
        )
        self.good(done)
        self.assertIn("user/dev", done.json()["Arn"])
        self.assertEqual(self.desk.blinks(), 2)

    def test_a_retry_asks_for_no_third_touch(self):
        self.config(mfa_serial=None, stskey_mfa=None)
        self.sts.control({"faults": [{"kind": "drop", "times": 1}]})
        self.good(self.call())
        self.assertEqual(self.desk.blinks(), 1)

    def test_a_storm_is_two_touches(self):
        argv = [rig.STSKEY, "credentials", "--profile", "dev"]
        results = self.rig.many([argv] * 12)
        self.assertEqual({r.rc for r in results}, {0}, results)
        self.assertEqual(len({r.out for r in results}), 1)
        self.assertEqual(self.desk.blinks(), 2)
        self.assertEqual(self.posts(), 1)

    def test_names_are_hidden_from_others(self):
        listed = self.good(self.rig.stskey("key", "list", "--to", "oath:")).out
        self.assertIn(f"{KEY_URI}  hmac  the key of 1 profile\n", listed)
        self.assertIn(f"{SEED_URI}  hmac  the seed of 1 profile\n", listed)
        self.assertNotIn("NO TOUCH", listed)
        self.assertEqual(self.desk.blinks(), 0)

    @unittest.skipUnless(cards.shutil.which("ykman"), "ykman is not installed")
    def test_ykman_shows_the_same_code_and_no_key(self):
        def ykman(*args):
            return subprocess.run(
                ["ykman", "--reader", self.desk.reader, "oath", *args],
                env=self.rig.environment(),
                stdout=subprocess.PIPE,
                check=True,
                text=True,
                timeout=60,
            ).stdout

        self.assertEqual(ykman("accounts", "list").split(), ["mfa-dev-laptop"])
        step = int(time.time()) // 30
        said = ykman("accounts", "code", "--single", "mfa-dev-laptop").split()[-1]
        steps = range(step, int(time.time()) // 30 + 1)
        self.assertIn(said, [rig.WORLD.hotp(rig.SEED, s) for s in steps])

    def test_verify_adopt_and_probe(self):
        env = {"AWS_ENDPOINT_URL_STS": self.rig.url}
        more = ("--access-key-id", rig.KEY_ID)
        self.good(self.rig.stskey("key", "verify", KEY_URI, *more, env=env))
        adopted = self.good(self.rig.stskey("key", "adopt", KEY_URI, *more, env=env))
        self.assertIn(f"stskey_key = {KEY_URI}\n", adopted.out)
        probed = self.good(self.call("--probe", verb=("status",)))
        self.assertIn(f"serial {NUMBER}) is plugged in, every use asks", probed.out)
        self.assertIn("both factors on one device", probed.out)

    def test_doctor_finds_it(self):
        said = self.rig.stskey("doctor", "--profile", "dev").out
        self.assertRegex(said, rf"OATH key: 'Virtual' \(serial {NUMBER}, firmware")

    # -- wrong

    def test_nobody_touches(self):
        self.desk.replug(timeout_ms=600)
        self.addCleanup(self.desk.replug, timeout_ms=None)
        self.desk.touch("never")
        self.refused(self.call(), rig.TOUCH, "not touched in time")
        self.assertEqual(self.posts(), 0)

    def test_nobody_by_configuration(self):
        """As under a service: at once, and it does not blink."""
        blinks = self.desk.blinks()
        result = self.call(env={"STSKEY_PROMPT": "none"})
        self.refused(result, rig.TOUCH, "stskey_prompt is none", "`stskey login`")
        self.assertEqual(self.desk.blinks(), blinks)

    def test_killed_while_it_blinks(self):
        """The key's own time ends it, and then another call is served."""
        self.desk.replug(timeout_ms=3000)
        self.addCleanup(self.desk.replug, timeout_ms=None)
        self.desk.touch("never")
        child = self.rig.start_stskey("credentials", "--profile", "dev")
        self.desk.wait_for("blink")
        child.send_signal(signal.SIGKILL)
        child.communicate()
        procs.until(
            lambda: not procs.strays(self.rig.folder), 20, "something is left"
        )
        self.desk.wait_for("timeout")
        self.desk.touch("auto")
        self.good(self.call())

    def test_the_next_is_told_why_it_waits(self):
        self.desk.replug(timeout_ms=6000)
        self.addCleanup(self.desk.replug, timeout_ms=None)
        self.desk.touch("never")
        child = self.rig.start_stskey("credentials", "--profile", "dev")
        self.desk.wait_for("blink")
        child.kill()
        child.communicate()
        after = self.rig.pty("credentials", "--profile", "dev", timeout=60)
        after.expect_exact("another program has 'Virtual'")
        self.desk.wait_for("timeout")
        self.desk.touch("auto")
        after.expect("AccessKeyId")
        after.expect(rig.pexpect_eof())

    def test_called_off(self):
        self.desk.replug(timeout_ms=3000)
        self.addCleanup(self.desk.replug, timeout_ms=None)
        self.desk.touch("never")
        child = self.rig.start_stskey("credentials", "--profile", "dev")
        self.desk.wait_for("blink")
        begun = time.monotonic()
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(timeout=60), -signal.SIGTERM)
        self.assertLess(time.monotonic() - begun, procs.patience(10))

    def test_pulled_out_while_it_blinks(self):
        self.desk.touch("never")
        child = self.rig.start_stskey("credentials", "--profile", "dev")
        self.desk.wait_for("blink")
        self.desk.unplug(signal.SIGKILL)
        self.refused(self.end(child), rig.TOKEN, "put the key in again")

    def test_not_plugged_in(self):
        self.desk.unplug()
        self.refused(self.call(), rig.NOTFOUND, f"serial {NUMBER}", "put")

    def test_another_card(self):
        self.desk.unplug()
        self.card("other", serial=7654321)
        self.refused(
            self.call(), rig.NOTFOUND, f"serial {NUMBER} is not", "there is 7654321"
        )

    def test_two_keys(self):
        other = self.card("other", serial=7654321)
        self.good(self.call())
        self.assertEqual(other.blinks(), 0)
        several = self.rig.stskey("key", "list", "--to", "oath:")
        self.assertEqual(several.rc, rig.CONFIG, several)
        self.assertIn(f"(serial {NUMBER}, 7654321)", several.err)
        self.good(self.rig.stskey("key", "list", "--to", "oath:serial=7654321"))

    def test_no_applet(self):
        self.desk.unplug()
        self.card("plain", no_oath=True)
        self.refused(self.call(), rig.NOTFOUND, "no key with an OATH applet")

    def test_held_by_another_program(self):
        with cards.exclusive(self.desk.reader):
            self.refused(self.call(), rig.TOKEN, "scdaemon", "gpgconf --kill")
        self.good(self.call())

    def test_exact_names(self):
        self.config(stskey_key=KEY_URI[:-1])
        self.refused(self.call(), rig.NOTFOUND, "no entry")

    def test_same_name_is_left_alone(self):
        before = self.desk.state_file.read_text()
        self.refused(self.import_key(), rig.CONFIG, "already", "--label")
        self.assertEqual(self.desk.state_file.read_text(), before)


class Apart(Carding):
    """The key on an OATH key, the seed sealed to a FIDO2 key."""

    def test_a_touch_of_each(self):
        card = self.card("key", serial=NUMBER)
        self.good(self.import_key())
        key = fido.FidoKey(self.rig.folder / "fido", "desk")
        self.addCleanup(key.stop)
        more = ("--name", "desk-key")
        self.good(self.import_seed(*more, to="fido:", env=key.env))
        card.forget()
        key.forget()
        self.config(stskey_mfa="sealed:desk-key")
        self.good(self.call(env=key.env))
        self.assertEqual((card.blinks(), key.blinks()), (1, 1))
        said = self.good(self.call(verb=("status",)))
        self.assertNotIn("both factors", said.out)


class NoService(Carding):
    def test_no_pcscd(self):
        self.config()
        self.service.stop()
        self.addCleanup(self.service.start)
        self.refused(self.call(), rig.TOKEN, "pcscd", "does not run", "apt-get")

    def test_no_reader(self):
        self.config()
        self.service.stop()
        self.service.start(readers=False)
        self.addCleanup(self.service.start)
        self.addCleanup(self.service.stop)
        self.refused(self.call(), rig.NOTFOUND, "no key", "put")


if __name__ == "__main__":
    cards.main()
