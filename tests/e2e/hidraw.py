# SPDX-License-Identifier: Apache-2.0
"""A machine on which the kernel shows a security key as /dev/hidraw77."""

NODE = "/sys/class/hidraw/hidraw77/device"
# Those that programs cannot do without.
DEVICES = "null zero full random urandom tty"


def machine(folder, mode, uid=None):
    """
    The words before those of a command that runs there; the device is of that
    mode (None: there is none), and who runs it is uid.
    """
    old = folder / "old"
    old.mkdir(exist_ok=True)
    script = (
        f"mount -t tmpfs none /sys/class/hidraw && mkdir -p {NODE} && "
        # Usage page FIDO, usage U2F device.
        rf"printf '\006\320\361\011\001' > {NODE}/report_descriptor && "
        f"mount --rbind /dev {old} && mount -t tmpfs none /dev && "
        f"for n in {DEVICES}; do touch /dev/$n && "
        f"mount --bind {old}/$n /dev/$n || exit 77; done; chmod 755 /dev; "
    )
    if mode is not None:
        script += f"touch /dev/hidraw77; chmod {mode} /dev/hidraw77; "
    argv = ["unshare", "-m", "sh", "-c", script + 'exec "$@"', "sh"]
    if uid is not None:
        argv += ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    return argv
