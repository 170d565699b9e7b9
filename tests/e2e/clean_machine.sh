#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clean_machine.sh make TARBALL SUITE MIRROR PACKAGE... | start TARBALL
# Run by clean.py in namespaces of its own, so that what it mounts is gone
# with it.  "make" keeps a minimal Debian with what these packages need in its
# apt cache; "start" unpacks it into ./root, says "ready" and stays.
set -eu
verb=$1 tarball=$2
shift 2

devices() {
	mount -t proc proc root/proc
	mount --rbind /dev/pts root/dev/pts
	mount --bind /dev/pts/ptmx root/dev/ptmx 2> mount.log || :
}

here=$(pwd)
mount -t tmpfs -o mode=755 tmpfs "$here"
cd "$here"	# what is mounted there now
mkdir root
case $verb in
make)
	suite=$1 mirror=$2
	shift 2
	debootstrap --variant=minbase "$suite" root "$mirror"
	apt-config dump | grep -i '^Acquire::.*Proxy' \
	    > root/etc/apt/apt.conf.d/90proxy || :
	cp /etc/resolv.conf root/etc/resolv.conf
	chroot root apt-get update
	chroot root apt-get install -y --no-install-recommends \
	    --download-only "$@"
	tar -C root -cf "$tarball.new" .
	mv -- "$tarball.new" "$tarball"
	;;
start)
	tar -C root -xf "$tarball"
	devices
	echo ready
	read -r _ || :
	;;
esac
