"""What cannot be seen from outside: commands for whoever can log in."""

from __future__ import annotations

from novacron.models.assessment import GuestFact

_FACTS = (
    ("encrypted disks", "lsblk -o NAME,FSTYPE | grep crypto_LUKS",
     "nothing, or a key that the guest can get where it is to be"),
    ("file systems by UUID", "grep -v '^#' /etc/fstab | grep '^/dev/'",
     "nothing: device names change"),
    ("drivers for the target", "lsinitramfs /boot/initrd.img-$(uname -r) | "
     "grep -E 'nvme|ena|hv_storvsc|hv_netvsc|virtio_(blk|net|scsi)|gve'",
     "the target's: nvme and ena, hv_storvsc and hv_netvsc, virtio_*, or gve"),
    ("boot mode", "test -d /sys/firmware/efi && echo uefi || echo bios", "spec.boot_mode"),
    ("secure boot", "mokutil --sb-state", "SecureBoot disabled"),
    ("addresses by DHCP", "grep -rhE 'macaddress|HWADDR|ATTR.address' /etc/netplan "
     "/etc/sysconfig/network-scripts /etc/udev/rules.d 2>/dev/null", "nothing"),
    ("shared or remote disks", "findmnt -t nfs,nfs4,cifs,gfs2,ocfs2,ceph",
     "nothing, or what the target reaches too"),
    ("serial console", "cat /proc/cmdline", "console=ttyS0"),
)  # fmt: skip

NOT_CHECKED = [GuestFact(fact=fact, command=run, wanted=wanted) for fact, run, wanted in _FACTS]
