#!/bin/sh
# usage: slim.sh ROOT SUITE MIRROR - makes a fresh debootstrap tree fit to be an image that others build on
set -eu
root=$1 suite=$2 mirror=$3

echo "deb $mirror $suite main" >"$root/etc/apt/sources.list"

# A mirror's copy of a suite may be past its date; the signature is still checked.
cat >"$root/etc/apt/apt.conf.d/90testbed" <<'CONF'
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
APT::Install-Recommends "false";
CONF

cat >"$root/etc/dpkg/dpkg.cfg.d/90testbed" <<'CONF'
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/info/*
path-exclude=/usr/share/locale/*
path-exclude=/usr/lib/*/perl/*/pod/*
force-unsafe-io
CONF

# Packages must not start their servers while an image is built.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"

rm -rf "$root"/usr/share/doc/* "$root"/usr/share/man/* "$root"/usr/share/info/* "$root"/usr/share/locale/* \
	"$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/*
# What debootstrap copied from this machine; the engine puts its own there.
rm -f "$root/etc/resolv.conf" "$root/etc/hostname"
