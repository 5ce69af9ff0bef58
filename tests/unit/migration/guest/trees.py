"""Root file systems of five distributions: the few files that say what a guest is."""

from __future__ import annotations

from pathlib import Path

UUID = "7d1c9f0a-5a0e-4f0c-9d52-6f5a3c1b8e42"
ALL = [
    "block/nvme",
    "block/xen-blkfront",
    "net/ena",
    "net/xen-netfront",
    "hv/hv_vmbus",
    "scsi/hv_storvsc",
    "net/hv_netvsc",
    "pci/pci-hyperv",
    "virtio/virtio_pci",
    "block/virtio_blk",
    "scsi/virtio_scsi",
    "net/virtio_net",
    "net/gve",
]


def modules(names: list[str], packed: str = "") -> str:
    return "".join(f"kernel/drivers/{one}.ko{packed}: \n" for one in names)


def grub_cfg(root: str) -> str:
    return (
        f"menuentry 'Linux' {{\n\tlinux\t/boot/vmlinuz-6.1 root={root} ro quiet\n"
        "\tinitrd\t/boot/initrd.img-6.1\n}\n"
        "if [ -f $prefix/custom.cfg ]; then\n  source $prefix/custom.cfg\nfi\n"
    )


DEBIAN = {
    "etc/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
    "usr/lib/modules/6.1.0-1-amd64/modules.dep": modules(ALL),
    "usr/lib/modules/6.1.0-1-amd64/modules.builtin": "kernel/fs/ext4/ext4.ko\n",
    "usr/lib/modules/6.1.0-0-amd64/modules.dep": modules(ALL),
    "lib": "-> usr/lib",
    "sbin": "-> usr/sbin",
    "boot/vmlinuz-6.1.0-1-amd64": "",
    "boot/initrd.img-6.1.0-1-amd64": "",
    "boot/grub/grub.cfg": grub_cfg("/dev/vda1"),
    "boot/grub/i386-pc/normal.mod": "",
    "usr/sbin/update-initramfs": "",
    "usr/sbin/ifup": "",
    "etc/initramfs-tools/initramfs.conf": "MODULES=dep\n",
    "etc/initramfs-tools/hooks/.keep": "",
    "etc/default/grub": 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\nGRUB_CMDLINE_LINUX=""\n',
    "etc/fstab": "/dev/vda1 / ext4 errors=remount-ro 0 1\n/dev/vdb1 /data ext4 defaults 0 2\n",
    "etc/network/interfaces": (
        "source /etc/network/interfaces.d/*\nauto ens3\niface ens3 inet static\n"
        "    address 192.0.2.7/24\n"
    ),
    "etc/udev/rules.d/70-persistent-net.rules": 'ATTR{address}=="52:54:00:00:00:01", NAME="eth0"\n',
}
UBUNTU = {
    "etc/os-release": 'ID=ubuntu\nVERSION_ID="24.04"\n',
    "usr/lib/modules/6.8.0-1-generic/modules.dep": modules(ALL, ".zst"),
    "lib": "-> usr/lib",
    "boot/vmlinuz-6.8.0-1-generic": "",
    "boot/grub/grub.cfg": grub_cfg(f"UUID={UUID}"),
    "boot/grub/i386-pc/normal.mod": "",
    "boot/efi/EFI/ubuntu/shimx64.efi": "shim",
    "boot/efi/EFI/ubuntu/grubx64.efi": "grub",
    "usr/sbin/update-initramfs": "",
    "etc/default/grub": 'GRUB_CMDLINE_LINUX="console=ttyS0"\n',
    "etc/fstab": (
        "LABEL=cloudimg-rootfs / ext4 discard 0 1\nLABEL=UEFI /boot/efi vfat umask=0077 0 1\n"
    ),
    "etc/netplan/50-cloud-init.yaml": (
        "network:\n  ethernets:\n    ens3:\n      dhcp4: true\n"
        "      match: {macaddress: '52:54:00:00:00:01'}\n      set-name: ens3\n"
    ),
    "etc/cloud/cloud.cfg": "datasource_list: [ NoCloud ]\n",
    "etc/cloud/cloud.cfg.d/90_dpkg.cfg": "datasource_list: [ NoCloud, ConfigDrive, None ]\n",
    "usr/sbin/qemu-ga": "",
}
ALMA = {
    "etc/os-release": 'ID="almalinux"\nVERSION_ID="9.4"\n',
    "usr/lib/modules/5.14.0-1.el9.x86_64/modules.dep": modules(ALL, ".xz"),
    "usr/lib/modules/5.14.0-1.el9.x86_64/vmlinuz": "",
    "lib": "-> usr/lib",
    "boot/grub2/grub.cfg": "blscfg\nif [ -f $config_directory/custom.cfg ]; then :; fi\n",
    "boot/loader/entries/a.conf": (
        "title AlmaLinux\nlinux /vmlinuz-5.14\noptions root=/dev/vda4 ro crashkernel=1G\n"
    ),
    "boot/efi/EFI/almalinux/shimx64.efi": "shim",
    "boot/efi/EFI/almalinux/grubx64.efi": "grub",
    "boot/efi/EFI/BOOT/BOOTX64.EFI": "shim",
    "usr/bin/dracut": "",
    "usr/sbin/NetworkManager": "",
    "etc/dracut.conf.d/.keep": "",
    "etc/default/grub": 'GRUB_CMDLINE_LINUX="crashkernel=1G"\nGRUB_ENABLE_BLSCFG=true',
    "etc/kernel/cmdline": "root=/dev/vda4 ro crashkernel=1G",
    "etc/fstab": "/dev/vda4 / xfs defaults 0 0\n",
    "etc/NetworkManager/system-connections/eth.nmconnection": (
        "[connection]\nid=eth\ntype=ethernet\n[ethernet]\nmac-address=52:54:00:00:00:01\n"
        "[ipv4]\nmethod=manual\n"
    ),
}
SUSE = {
    "etc/os-release": 'ID="sles"\nVERSION_ID="15.6"\n',
    "lib/modules/6.4.0-1-default/modules.dep": modules(ALL, ".zst"),
    "boot/vmlinuz-6.4.0-1-default": "",
    "boot/grub2/grub.cfg": grub_cfg("/dev/disk/by-path/pci-0000:00:04.0-part2"),
    "boot/grub2/i386-pc/normal.mod": "",
    "usr/bin/dracut": "",
    "usr/sbin/wicked": "",
    "etc/default/grub": 'GRUB_CMDLINE_LINUX=""\n',
    "etc/fstab": "/dev/disk/by-path/pci-0000:00:04.0-part2 / btrfs defaults 0 0\n",
    "etc/sysconfig/network/ifcfg-eth0": "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n",
}
ARCH = {
    "etc/os-release": "ID=arch\n",
    "usr/lib/modules/6.10.1-arch1-1/modules.dep": modules(ALL, ".zst"),
    "usr/lib/modules/6.10.1-arch1-1/pkgbase": "linux\n",
    "lib": "-> usr/lib",
    "boot/EFI/systemd/systemd-bootx64.efi": "systemd-boot",
    "boot/loader/entries/arch.conf": (
        "title Arch\nlinux /vmlinuz-linux\noptions root=/dev/vda2 rw\n"
    ),
    "usr/bin/mkinitcpio": "",
    "etc/mkinitcpio.conf": "MODULES=()\nHOOKS=(base udev autodetect modconf block filesystems)\n",
    "etc/fstab": "UUID=1 / ext4 rw 0 1\n",
    "etc/systemd/system/multi-user.target.wants/systemd-networkd.service": (
        "-> /usr/lib/systemd/system/systemd-networkd.service"
    ),
    "etc/systemd/network/20-wired.network": "[Match]\nName=ens3\n[Network]\nDHCP=yes\n",
}
TREES = {"debian": DEBIAN, "ubuntu": UBUNTU, "alma": ALMA, "suse": SUSE, "arch": ARCH}
DEVICES = {
    "/dev/vda1": UUID,
    "/dev/vda2": UUID,
    "/dev/vda4": UUID,
    "/dev/disk/by-path/pci-0000:00:04.0-part2": UUID,
}


def write(root: Path, files: dict[str, str]) -> Path:
    """``-> place`` makes a symbolic link."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            path.symlink_to(text.removeprefix("-> "))
        else:
            path.write_text(text)
    return root


def contents(root: Path) -> dict[str, object]:
    """Everything but our own folder: files with content and mode, folders, links."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name.startswith("var"):
            continue
        if path.is_symlink():
            found[name] = path.readlink()
        else:
            found[name] = (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
    return found
