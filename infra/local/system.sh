#!/usr/bin/env bash
# The system packages of the on-premises environment. With root on Debian or Ubuntu they are
# installed; otherwise it is said what is missing, and the in-memory cloud plays on-premises.
set -euo pipefail
packages=(gcc pkg-config libvirt-dev python3-dev qemu-system-x86 qemu-utils libvirt-daemon
  libvirt-daemon-driver-qemu libvirt-daemon-system dnsmasq-base iptables iproute2 busybox-static
  syslinux syslinux-common mtools dosfstools e2fsprogs kmod cpio fdisk libnbd-bin debootstrap qemu-guest-agent
  ovmf)
kernel=.tools/kernel

missing=()
if command -v dpkg-query >/dev/null; then
  for one in "${packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$one" 2>/dev/null)" = installed ] || missing+=("$one")
  done
else
  missing=("${packages[@]}")
fi
have_kernel() { compgen -G "/boot/vmlinuz-*cloud-amd64" >/dev/null || compgen -G "$kernel/boot/vmlinuz-*cloud-amd64" >/dev/null; }
[ ${#missing[@]} -eq 0 ] && have_kernel && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  have_kernel || missing+=(linux-image-cloud-amd64)
  echo "on-premises will be the in-memory cloud. For real QEMU guests, install: ${missing[*]}"
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
# Nothing of it is to start a daemon: the embedded stack runs one of its own.
guard=/usr/sbin/policy-rc.d
if [ ! -e $guard ]; then
  printf '#!/bin/sh\nexit 101\n' >$guard
  chmod +x $guard
  trap 'rm -f $guard' EXIT
fi
echo "installing what real QEMU guests need: ${missing[*]:-a kernel}"
apt-get update -qq
if [ ${#missing[@]} -gt 0 ] && ! apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
  echo "not all could be installed; on-premises will be the in-memory cloud"
  exit 0
fi
if ! have_kernel; then
  # Unpacked, not installed: this machine's own boot is left alone.
  mkdir -p $kernel
  package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | awk '/Depends: linux-image/ {print $2; exit}')
  if [ -n "$package" ] && (cd $kernel && apt-get download -qq -o APT::Sandbox::User=root "$package"); then
    dpkg-deb -x $kernel/*.deb $kernel
    [ -d $kernel/lib/modules ] || ln -s usr/lib $kernel/lib
    depmod -b $kernel "$(ls $kernel/lib/modules)"
  else
    echo "no cloud kernel is to be had here; on-premises will be the in-memory cloud"
  fi
fi
