# SPDX-License-Identifier: Apache-2.0
"""Certificates for the loopback STS, made by the openssl command."""

import ssl
import subprocess


class Pki:
    """A certificate authority that lives as long as the test."""

    def __init__(self, folder):
        self.folder = folder

    def _openssl(self, *args):
        subprocess.run(
            ["openssl", *args],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def ca(self):
        path = self.folder / "ca.pem"
        if not path.exists():
            self._openssl(
                *"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                "-days 2 -keyout ca.key -out ca.pem".split(),
                *("-subj", "/CN=stskey test authority"),
                *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
            )
        return path

    def context(self, kind):
        self.ca()
        names = "DNS:localhost,IP:127.0.0.1,IP:::1"
        if kind == "wrong-host":
            names = "DNS:elsewhere.invalid"
        elif kind == "aws":
            names = "DNS:sts.amazonaws.com"
            names += ",DNS:sts.eu-central-1.amazonaws.com"
        self._issue(kind, names, -1 if kind == "expired" else 2)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if kind == "old-tls":
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.load_cert_chain(
            self.folder / f"{kind}.pem", self.folder / f"{kind}.key"
        )
        return context

    def _issue(self, name, names, days):
        (self.folder / f"{name}.ext").write_text(
            f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n"
        )
        self._openssl(
            *"req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split(),
            *("-keyout", f"{name}.key", "-out", f"{name}.csr"),
            *("-subj", "/CN=stskey test service"),
        )
        self._openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-days", str(days)),
            *("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-extfile", f"{name}.ext", "-out", f"{name}.pem"),
        )
