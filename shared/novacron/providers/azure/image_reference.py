"""Which image a VM starts from: a URN, an id of ARM or a gallery, or an image of ours."""

from __future__ import annotations

import re

from novacron.errors import InvalidSpec
from novacron.mapping.images import resolve
from novacron.models.account import ProviderType
from novacron.models.vm import VmSpec
from novacron.providers.azure.base import COMPUTE, AzureBase
from novacron.providers.azure.ownership import Json

_PARTS = ("publisher", "offer", "sku", "version")
_URN = re.compile(r"[\w.-]+(:[\w.-]+){3}", re.ASCII)
_GALLERIES = {
    "/sharedgalleries/": "sharedGalleryImageId",
    "/communitygalleries/": "communityGalleryImageId",
}


def image_reference(base: AzureBase, spec: VmSpec) -> Json:
    """ARM's imageReference. InvalidSpec (image) for what can be none."""
    image = resolve(ProviderType.AZURE, spec.image, spec.architecture).id or spec.image
    if _URN.fullmatch(image):
        return dict(zip(_PARTS, image.split(":"), strict=True))
    for start, name in _GALLERIES.items():
        if image.lower().startswith(start):
            return {name: image}
    if image.startswith("/"):
        if not image.lower().startswith("/subscriptions/") or "/.." in image:
            raise InvalidSpec(f"{image!r} is not the id of an image.", field="image")
        return {"id": image}
    return base.reference(COMPUTE, "images", image, "image")


def image_id(reference: Json) -> str | None:
    """The inverse, as far as Azure tells: an image of our group by our id."""
    if all(reference.get(part) for part in _PARTS):
        return ":".join(str(reference[part]) for part in _PARTS)
    told = (reference.get(name) for name in ("id", *_GALLERIES.values()))
    return next((str(one) for one in told if one), None)
