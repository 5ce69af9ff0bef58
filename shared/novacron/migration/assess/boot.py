"""Boot mode, image, licence."""

from __future__ import annotations

import re

from novacron.migration.assess.codes import blocker, info, warning
from novacron.migration.assess.facts import Facts
from novacron.migration.assess.figures import OWN
from novacron.models.assessment import Check
from novacron.models.image import BootMode
from novacron.models.vm import Architecture

LICENSED = re.compile(r"\b(rhel|red.?hat|sles|suse.?linux.?enterprise)", re.IGNORECASE)
WINDOWS = re.compile(r"\bwindows\b|win(dows)?.?20\d\d", re.IGNORECASE)


def boot_checks(facts: Facts) -> list[Check]:
    asked = facts.spec.boot_mode
    found = []
    if asked is BootMode.BIOS and facts.architectures == (Architecture.ARM64.value,):
        found.append(blocker("boot.mode", "An arm64 VM boots by UEFI alone.", "Ask for uefi."))
    if asked is BootMode.UEFI and facts.target.type in OWN:
        told = "The host needs UEFI firmware, which cannot be seen from here."
        found.append(warning("boot.mode", told, "Install the package ovmf on the host."))
    seen = facts.image.boot_mode if facts.image else None
    if seen is None:
        told = f"It is taken to boot by {asked.value}."
        look = "`test -d /sys/firmware/efi && echo uefi || echo bios` in the guest says it."
        found.append(info("boot.unseen", told, look))
    elif seen is not asked:
        told = f"The image boots by {seen.value}, the target would by {asked.value}."
        found.append(warning("boot.differs", told, f"Set spec.boot_mode to {seen.value}."))
    return found


def image_checks(facts: Facts) -> list[Check]:
    image_id = facts.vm.image_id if facts.vm else None
    name = f"{image_id or ''} {facts.image.name if facts.image else ''}"
    if WINDOWS.search(name):
        same = facts.source.type is facts.target.type
        give = warning if same else blocker
        told = f"{name.strip()} is Windows: its drivers and licence are not converted here."
        return [give("image.windows", told, "Prepare the guest and its licence yourself.")]
    if LICENSED.search(name):
        told = f"{name.strip()}: a subscription that is paid by the hour does not move along."
        return [warning("image.licence", told, "Bring a subscription of your own.")]
    if image_id is None or re.match(r"(ami|img|snap|vol)-", image_id):
        told = f"Nothing tells what {image_id or 'its image'} is."
        return [info("image.unknown", told, "`cat /etc/os-release` in the guest says it.")]
    return []
