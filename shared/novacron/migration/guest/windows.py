"""Windows: what would have to be done, and that it is not done here."""

from __future__ import annotations

from novacron.migration.guest.model import Action, Finding, Plan, Severity, Target

DRIVERS = {
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/migrating-latest-types.html
    Target.AWS: "AWS NVMe and ENA drivers, and the AWS PV drivers for Xen types",
    # https://learn.microsoft.com/azure/virtual-machines/windows/prepare-for-upload-vhd-image
    Target.AZURE: "none to add: Hyper-V's drivers are part of Windows; enable storvsc and netvsc",
    # https://cloud.google.com/compute/docs/instances/windows/installing-agents-windows
    Target.GCP: "Google's GooGet packages: vioscsi, netkvm and gVNIC",
    # https://github.com/virtio-win/virtio-win-pkg-scripts
    Target.LIBVIRT: "virtio-win: viostor, vioscsi, NetKVM",
}


def plan(target: Target) -> Plan:
    """The steps, without a change among them, and the refusal."""
    told = [
        ("drivers", f"{DRIVERS[target]}. With pnputil in the guest, or DISM /Add-Driver offline."),
        (
            "registry",
            "The disk driver's service starts at boot (Start=0 under "
            "HKLM\\SYSTEM\\CurrentControlSet\\Services); RealTimeIsUniversal=1 for a UTC clock; "
            "the SAN policy is OnlineAll.",
        ),
        ("network", "DHCP on every adapter; hidden adapters of the source are removed."),
        (
            "console",
            "Emergency management on COM1: bcdedit /ems {current} on; bcdedit /emssettings "
            "EMSPORT:1 EMSBAUDRATE:115200.",
        ),
        ("cloudbase-init", f"Its metadata services list has {target.value}'s; sysprep is not run."),
        ("shutdown", "Fast start-up is off (powercfg /h off), BitLocker is suspended."),
    ]
    refusal = Finding(
        "windows",
        Severity.ERROR,
        "This is Windows: drivers and registry can only be changed by Windows' own tools.",
        "Carry out the plan's steps in the running source, then migrate it.",
    )
    return Plan(target, tuple(Action(name, why, ()) for name, why in told), (refusal,))
