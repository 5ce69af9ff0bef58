"""What is found in each distribution, and what is planned for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from novacron.migration.guest.inspect import inspect
from novacron.migration.guest.model import Facts, Plan, Target
from novacron.migration.guest.plan import make_plan
from novacron.migration.guest.tree import Tree
from tests.unit.migration.guest import trees


def tree(tmp_path: Path, name: str, **more: str) -> Tree:
    return Tree(trees.write(tmp_path, {**trees.TREES[name], **more}))


def planned(found: Tree, target: Target = Target.AWS) -> Plan:
    return make_plan(found, target, trees.DEVICES)


def written(plan: Plan) -> dict[str, str]:
    return {c.path: c.content.decode() for action in plan.actions for c in action.changes}


def codes(plan: Plan) -> set[str]:
    return {one.code for one in plan.findings}


EXPECTED = {
    "debian": ("debian", "initramfs-tools", ("grub-bios",), ("ifupdown",)),
    "ubuntu": ("ubuntu", "initramfs-tools", ("grub-bios", "grub-efi"), ("netplan", "networkd")),
    "alma": ("almalinux", "dracut", ("grub-efi",), ("NetworkManager",)),
    "suse": ("sles", "dracut", ("grub-bios",), ("wicked",)),
    "arch": ("arch", "mkinitcpio", ("systemd-boot",), ("networkd",)),
}


@pytest.mark.parametrize("name", trees.TREES)
def test_facts(tmp_path: Path, name: str) -> None:
    facts: Facts = inspect(tree(tmp_path, name), {})
    told = (facts.distribution, facts.initramfs, facts.loaders, facts.network)
    assert told == EXPECTED[name]
    assert len(facts.kernels) == 1
    assert {"nvme", "xen_blkfront", "hv_storvsc"} <= facts.kernels[0].drivers


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("name", trees.TREES)
def test_every_distribution_can_go_to_every_target(
    tmp_path: Path, name: str, target: Target
) -> None:
    plan = planned(tree(tmp_path, name), target)
    assert plan.errors == ()
    drivers = next(one for one in plan.actions if one.name == "initramfs drivers")
    assert drivers.rebuild
    assert all(one.why for one in plan.actions)
    told = "".join(one.content.decode() for one in drivers.changes)
    assert all(one.partition("/")[2].replace("-", "_") in told for one in trees.ALL)


def test_debian(tmp_path: Path) -> None:
    plan = planned(tree(tmp_path, "debian"))
    files = written(plan)
    assert files["etc/fstab"].splitlines() == [
        f"UUID={trees.UUID} / ext4 errors=remount-ro 0 1",
        "/dev/vdb1 /data ext4 defaults 0 2",
    ]
    entry = files["boot/grub/grub.cfg"].splitlines()[1]
    assert f"root=UUID={trees.UUID} ro quiet console=tty0 console=ttyS0,115200n8" in entry
    assert "MODULES=most" in files["etc/initramfs-tools/conf.d/novacron"]
    assert "    map ens3\n" in files["etc/network/interfaces"]
    assert files["etc/network/interfaces"].startswith("source /etc")
    assert {"fstab-device", "static-address", "bound-to-mac"} <= codes(plan)


def test_ubuntu(tmp_path: Path) -> None:
    files = written(planned(tree(tmp_path, "ubuntu"), Target.AZURE))
    told = files["etc/cloud/cloud.cfg.d/zz-novacron.cfg"]
    assert told == "datasource_list: [Azure, NoCloud, ConfigDrive, None]\n"
    assert files["boot/efi/EFI/BOOT/BOOTX64.EFI"] == "shim"
    assert files["boot/efi/EFI/BOOT/grubx64.efi"] == "grub"
    assert "etc/default/grub" not in files
    assert "etc/fstab" not in files
    assert "etc/systemd/network/99-novacron-dhcp.network" in files


def test_alma(tmp_path: Path) -> None:
    plan = planned(tree(tmp_path, "alma"))
    files = written(plan)
    options = files["boot/loader/entries/a.conf"].splitlines()[2]
    assert options.startswith(f"options root=UUID={trees.UUID} ro crashkernel=1G console=tty0")
    assert files["etc/kernel/cmdline"].startswith(f"root=UUID={trees.UUID} ro")
    assert "GRUB_ENABLE_BLSCFG=true\n# novacron begin\n" in files["etc/default/grub"]
    assert "hv_storvsc" in files["etc/dracut.conf.d/90-novacron.conf"]
    assert "boot/efi/EFI/BOOT/BOOTX64.EFI" not in files
    assert "static-address" not in codes(plan)


def test_suse_and_arch(tmp_path: Path) -> None:
    suse = written(planned(tree(tmp_path / "suse", "suse")))
    assert suse["etc/fstab"].startswith(f"UUID={trees.UUID} /")
    assert "etc/sysconfig/network/ifcfg-eth0" not in suse
    assert "etc/sysconfig/network/ifcfg-ens5" in suse
    arch = written(planned(tree(tmp_path / "arch", "arch")))
    assert "nvme?" in arch["etc/mkinitcpio.conf"]
    assert arch["boot/EFI/BOOT/BOOTX64.EFI"] == "systemd-boot"
    assert f"root=UUID={trees.UUID} rw console" in arch["boot/loader/entries/arch.conf"]


def test_a_kernel_without_the_targets_drivers_is_refused(tmp_path: Path) -> None:
    poor = {"usr/lib/modules/6.8.0-1-generic/modules.dep": trees.modules(["block/virtio_blk"])}
    plan = planned(tree(tmp_path, "ubuntu", **poor), Target.AZURE)
    assert [one.code for one in plan.errors] == ["no-driver"]
    assert "hv_storvsc" in plan.errors[0].detail


def test_no_cloud_init_list_is_left_open(tmp_path: Path) -> None:
    more = {"etc/cloud/cloud.cfg": "", "etc/cloud/cloud.cfg.d/90_dpkg.cfg": "# none\n"}
    assert "cloud-init" not in {a.name for a in planned(tree(tmp_path, "ubuntu", **more)).actions}


@pytest.mark.parametrize("target", Target)
def test_windows_is_refused_with_its_plan(tmp_path: Path, target: Target) -> None:
    found = Tree(trees.write(tmp_path, {"WINDOWS/system32/ntoskrnl.exe": ""}))
    plan = make_plan(found, target, {})
    assert [one.code for one in plan.errors] == ["windows"]
    assert {"drivers", "registry", "cloudbase-init"} <= {one.name for one in plan.actions}


def test_one_kernel_that_boots_there_is_enough(tmp_path: Path) -> None:
    old = {
        "usr/lib/modules/5.4/modules.dep": trees.modules(["block/virtio_blk"]),
        "boot/vmlinuz-5.4": "",
    }
    plan = planned(tree(tmp_path, "ubuntu", **old), Target.AZURE)
    assert plan.errors == ()
    lacking = next(one for one in plan.findings if one.code == "no-driver")
    assert lacking.detail.startswith("Kernel 5.4 has no hv_vmbus")
