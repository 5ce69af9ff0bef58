"""Read a guest's files and tell what it is. Nothing is written and no program is run."""

from __future__ import annotations

import re

from novacron.migration.guest import boot
from novacron.migration.guest.model import Facts, Kernel
from novacron.migration.guest.tree import Tree

TOOLS = {
    "initramfs-tools": ("usr/sbin/update-initramfs",),
    "dracut": ("usr/bin/dracut", "sbin/dracut"),
    "mkinitcpio": ("usr/bin/mkinitcpio",),
}
AGENTS = {
    "amazon-ssm-agent": ("usr/bin/amazon-ssm-agent", "snap/amazon-ssm-agent/current"),
    "walinuxagent": ("usr/sbin/waagent", "usr/bin/waagent"),
    "google-guest-agent": ("usr/bin/google_guest_agent",),
    "qemu-guest-agent": ("usr/sbin/qemu-ga", "usr/bin/qemu-ga"),
    "open-vm-tools": ("usr/bin/vmtoolsd",),
}
MANAGERS = {
    "ifupdown": ("sbin/ifup", "usr/sbin/ifup"),
    "NetworkManager": ("usr/sbin/NetworkManager", "usr/bin/NetworkManager"),
    "wicked": ("usr/sbin/wicked",),
}
_BINDS = (
    ("etc/udev/rules.d", "70-persistent-net.rules", r"ATTR\{address\}"),
    ("etc/netplan", "*.yaml", r"macaddress:"),
    ("etc/systemd/network", "*.*", r"^(Permanent)?MACAddress="),
    ("etc/NetworkManager/system-connections", "*", r"^mac-address="),
    ("etc/sysconfig/network-scripts", "ifcfg-*", r"^HWADDR="),
    ("etc/sysconfig/network", "ifcfg-*", r"^LLADDR="),
)
_LIST = re.compile(r"^datasource_list:[ \t]*(\[[^\]]*\]|(?:\n[ \t]*-[^\n]*)+)", re.MULTILINE)


def inspect(tree: Tree, devices: dict[str, str]) -> Facts:
    """``devices``: name, as the guest's own files say it -> UUID of the file system there."""
    release = _release(tree)
    return Facts(
        distribution=release.get("ID", "unknown"),
        version=release.get("VERSION_ID", ""),
        kernels=kernels(tree),
        initramfs=next(iter(_present(tree, TOOLS)), None),
        loaders=boot.loaders(tree),
        boot_entries=boot.entries(tree),
        network=_network(tree),
        bound_to_mac=tuple(bound_to_mac(tree)),
        cloud_init=tree.is_dir("etc/cloud"),
        datasources=datasources(tree),
        agents=_present(tree, AGENTS),
        devices=devices,
    )


def is_windows(tree: Tree) -> bool:
    """Windows' names have no case."""
    top = [one for one in tree.root.iterdir() if one.name.lower() == "windows" and one.is_dir()]
    return any(sub.name.lower() == "system32" for one in top for sub in one.iterdir())


def kernels(tree: Tree) -> tuple[Kernel, ...]:
    """Those that have an image; what only left its modules behind does not count."""
    found = []
    for path in tree.names("lib/modules"):
        release = path.rpartition("/")[2]
        images = (f"boot/vmlinuz-{release}", f"{path}/vmlinuz", f"{path}/pkgbase")
        listed = f"{tree.read(path + '/modules.dep')}\n{tree.read(path + '/modules.builtin')}"
        names = (line.partition(":")[0].rpartition("/")[2] for line in listed.splitlines())
        drivers = frozenset(one.partition(".ko")[0].replace("-", "_") for one in names if one)
        if drivers and any(tree.is_file(image) for image in images):
            found.append(Kernel(release, drivers))
    return tuple(found)


def bound_to_mac(tree: Tree) -> list[str]:
    return [
        path
        for folder, pattern, sign in _BINDS
        for path in tree.names(folder, pattern)
        if re.search(sign, tree.read(path), re.MULTILINE)
    ]


def datasources(tree: Tree) -> tuple[str, ...] | None:
    """The list that cloud-init uses: the last file in order wins
    (https://docs.cloud-init.io/en/latest/reference/base_config_reference.html)."""
    told = None
    for path in ["etc/cloud/cloud.cfg", *tree.names("etc/cloud/cloud.cfg.d", "*.cfg")]:
        for found in _LIST.finditer(tree.read(path)):
            told = tuple(re.findall(r"[A-Za-z][\w.]*", found[1]))
    return told


def _network(tree: Tree) -> tuple[str, ...]:
    found = _present(tree, MANAGERS)
    plans = "".join(tree.read(path) for path in tree.names("etc/netplan", "*.yaml"))
    if plans:
        found = ("netplan", *found)
    enabled = "etc/systemd/system/multi-user.target.wants/systemd-networkd.service"
    if tree.root.joinpath(enabled).is_symlink() or (plans and "NetworkManager" not in plans):
        found = (*found, "networkd")
    return found


def _release(tree: Tree) -> dict[str, str]:
    """https://www.freedesktop.org/software/systemd/man/latest/os-release.html"""
    text = tree.read("etc/os-release") or tree.read("usr/lib/os-release")
    pairs = (line.partition("=") for line in text.splitlines())
    return {name: value.strip("\"' ") for name, found, value in pairs if found}


def _present(tree: Tree, signs: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(name for name, paths in signs.items() if any(map(tree.is_file, paths)))
