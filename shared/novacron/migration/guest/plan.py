"""What has to be done to a guest so that it boots at the target, and what stands in the way."""

from __future__ import annotations

import os
from dataclasses import replace

from novacron.migration.guest import boot, fstab, initramfs, network, windows
from novacron.migration.guest.inspect import inspect, is_windows
from novacron.migration.guest.model import Action, Change, Facts, Finding, Plan, Severity, Target
from novacron.migration.guest.targets import WANTS
from novacron.migration.guest.tree import Tree

CLOUD_INIT = "etc/cloud/cloud.cfg.d/zz-novacron.cfg"
SPARE = 2
"""Each new initramfs is written beside the old one, and is larger than it was."""


def make_plan(tree: Tree, target: Target, devices: dict[str, str]) -> Plan:
    """Empty of actions where nothing is left to do. InvalidSpec: links that go in circles."""
    if is_windows(tree):
        return windows.plan(target)
    facts = inspect(tree, devices)
    actions = [
        *initramfs.actions(tree, facts),
        *fstab.actions(tree, facts),
        *boot.actions(tree, facts),
        *network.actions(tree, facts),
        *_cloud_init(facts, target),
    ]
    left = (replace(one, changes=_new(tree, one.changes)) for one in actions)
    found = [*_findings(tree, facts, target), *fstab.findings(tree, facts)]
    found += network.findings(tree, facts)
    return Plan(target, tuple(one for one in left if one.changes), tuple(found))


def _new(tree: Tree, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    return tuple(one for one in changes if tree.content(one.path) != one.content)


def _cloud_init(facts: Facts, target: Target) -> list[Action]:
    """The target's sources first, as the first that answers holds. None in the list: whoever
    listed sources wants no search for others."""
    if not facts.cloud_init or facts.datasources is None:
        return []
    wanted = WANTS[target].datasources
    if set(wanted) <= set(facts.datasources):
        return []
    kept = [one for one in facts.datasources if one not in wanted]
    text = f"datasource_list: [{', '.join([*wanted, *kept])}]\n"
    why = "cloud-init asks only the listed sources for the guest's configuration."
    return [Action("cloud-init", why, (Change(CLOUD_INIT, text.encode()),))]


def _findings(tree: Tree, facts: Facts, target: Target) -> list[Finding]:
    told = []
    wants = WANTS[target]
    if not facts.kernels:
        detail = "No installed kernel was found under /lib/modules."
        told.append(Finding("no-kernel", Severity.ERROR, detail, "Mount the root file system."))
    told += _lacking(facts, target)
    if facts.kernels and facts.initramfs is None:
        detail = "None of initramfs-tools, dracut and mkinitcpio was found."
        remedy = "Install one: drivers cannot be added without it."
        told.append(Finding("no-initramfs-tool", Severity.ERROR, detail, remedy))
    if not facts.loaders:
        detail = "None of GRUB, systemd-boot and syslinux was found in this root."
        remedy = "Check that /boot and the EFI system partition are mounted."
        told.append(Finding("no-boot-loader", Severity.WARNING, detail, remedy))
    if wants.agent not in facts.agents:
        detail = f"{wants.agent} is not installed: {wants.without_agent}."
        told.append(Finding("no-agent", Severity.INFO, detail, f"Install {wants.agent} there."))
    if any(tree.names(f"{base}/EFI/Linux", "*.efi") for base in boot.ESPS):
        detail = "Unified kernel images hold their command line themselves."
        told.append(Finding("unified-kernel", Severity.WARNING, detail, "Build them anew."))
    return told + _space(tree, facts)


def _lacking(facts: Facts, target: Target) -> list[Finding]:
    """An error where no kernel is left that can boot there."""
    gone = {
        kernel.release: [one for one in WANTS[target].needed if not kernel.drivers & set(one)]
        for kernel in facts.kernels
    }
    severity = Severity.ERROR if all(gone.values()) else Severity.WARNING
    remedy = "Install the distribution's generic kernel and make it the default."
    told = []
    for release, groups in gone.items():
        names = "; ".join(" or ".join(group) for group in groups)
        detail = f"Kernel {release} has no {names}: it cannot boot on {target.value}."
        told += [Finding("no-driver", severity, detail, remedy)] if groups else []
    return told


def _space(tree: Tree, facts: Facts) -> list[Finding]:
    """Of /boot: a full one leaves kernels without an initramfs."""
    images = [
        tree.resolve(p) for glob in ("initrd*", "initramfs*") for p in tree.names("boot", glob)
    ]
    sizes = [one.stat().st_size for one in images if one.is_file()]
    if not sizes or facts.initramfs is None:
        return []
    room = os.statvfs(tree.resolve("boot"))
    free, need = room.f_bavail * room.f_frsize, SPARE * max(sizes)
    if free >= need:
        return []
    detail = f"/boot has {free >> 20} MiB free; {need >> 20} MiB are needed to rebuild."
    return [Finding("boot-full", Severity.ERROR, detail, "Remove old kernels.")]
