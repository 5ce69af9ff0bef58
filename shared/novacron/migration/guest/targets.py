"""What each target wants of a guest."""

from __future__ import annotations

from dataclasses import dataclass

from novacron.migration.guest.model import Target


@dataclass(frozen=True)
class Wants:
    """``needed``: of each group the kernel must have one driver. ``agent``: its name in a package
    list, and what is missing without it."""

    needed: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...]
    datasources: tuple[str, ...]
    agent: str
    without_agent: str


WANTS: dict[Target, Wants] = {
    # Nitro shows disks as NVMe and NICs as ENA, Xen instances have front ends:
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-types.html
    Target.AWS: Wants(
        (("nvme", "xen_blkfront"), ("ena", "xen_netfront")),
        (),
        ("Ec2",),
        "amazon-ssm-agent",
        "Session Manager cannot reach the guest",
    ),
    # https://learn.microsoft.com/azure/virtual-machines/linux/create-upload-generic
    Target.AZURE: Wants(
        (("hv_vmbus",), ("hv_storvsc",), ("hv_netvsc",)),
        ("pci_hyperv", "nvme", "mana"),
        ("Azure",),
        "walinuxagent",
        "Azure's extensions do not run",
    ),
    # https://cloud.google.com/compute/docs/import/import-existing-image
    Target.GCP: Wants(
        (("virtio_pci",), ("virtio_scsi", "nvme"), ("virtio_net", "gve")),
        ("virtio_blk",),
        ("GCE",),
        "google-guest-agent",
        "OS Login and SSH keys from metadata do not work",
    ),
    Target.LIBVIRT: Wants(
        (("virtio_pci",), ("virtio_blk", "virtio_scsi"), ("virtio_net",)),
        ("virtio_rng",),
        ("NoCloud", "ConfigDrive"),
        "qemu-guest-agent",
        "snapshots are not quiesced by the guest",
    ),
}


def drivers() -> list[str]:
    """Those of all targets: a guest that is prepared once can go anywhere, and back."""
    all_of = (
        name
        for wants in WANTS.values()
        for group in (*wants.needed, wants.optional)
        for name in group
    )
    return sorted(set(all_of))
