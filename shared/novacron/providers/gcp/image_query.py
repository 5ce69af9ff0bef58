"""Which image a VM starts from: one of the project's, a public one's path, or a family's newest."""

from __future__ import annotations

import re
from typing import Any

from novacron.errors import InvalidSpec
from novacron.mapping.images import resolve
from novacron.models.account import ProviderType
from novacron.models.vm import VmSpec
from novacron.providers.gcp.base import GcpBase
from novacron.providers.gcp.operations import is_missing

_NAME = r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?"
_ID = re.compile(
    rf"(?:projects/(?P<project>[a-z0-9.:-]+)/global/images/(?P<family>family/)?)?(?P<name>{_NAME})"
)


class ImageQuery(GcpBase):
    def find_image(self, spec: VmSpec) -> Any:
        """Google's description of ``spec.image``. InvalidSpec (image) when there is none, or when
        it is of another architecture."""
        query = resolve(ProviderType.GCP, spec.image, spec.architecture)
        if query.id is None:
            found = self._image(query.owner, query.family or "", family=True)
        else:
            match = _ID.fullmatch(query.id)
            found = match and self._image(match["project"], match["name"], bool(match["family"]))
        if not found:
            raise InvalidSpec(f"There is no image {spec.image!r}.", field="image")
        told = {"x86_64": "X86_64", "arm64": "ARM64"}[spec.architecture.value]
        if found.architecture not in ("", "ARCHITECTURE_UNSPECIFIED", told):
            raise InvalidSpec(
                f"Image {spec.image!r} is for {found.architecture}, not for {told}.", field="image"
            )
        return found

    def _image(self, project: str | None, name: str, family: bool) -> Any:
        """None when there is no such image."""
        request = {"project": project or self.account.project}
        try:
            if family:
                return self.call("images", "get_from_family", family=name, **request)
            return self.call("images", "get", image=name, **request)
        except Exception as error:
            if is_missing(error):
                return None
            raise
