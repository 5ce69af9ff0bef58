"""Tags to a provider's tags or labels, and back, without loss.

Adding a provider is one row in ``RULES``.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from novacron.errors import Conflict, InvalidSpec
from novacron.mapping.labels_gcp import NAME, from_labels, to_labels
from novacron.models.account import ProviderType
from novacron.models.base import Model, Ownership, Tags

TENANT = "novacron:tenant"
OPERATION = "novacron:operation"
SPEC = "novacron:spec"
RESERVED_PREFIX = "novacron:"


class Owned(Model):
    """What native tags say. ``name`` is "" where the provider keeps names elsewhere."""

    name: str
    tags: Tags
    tenant: str | None = None
    operation: str | None = None
    digest: str | None = None
    """``digest`` of the spec that it was made from."""


@dataclass(frozen=True)
class TagRules:
    """A provider's limits, in characters; ``count`` includes our own tags.

    ``spell`` writes our own tags where their names or values are none there, ``unspell`` reads
    them; any tenant can then be written."""

    name_key: str | None = None
    count: int | None = None
    key_length: int = 128
    value_length: int = 256
    reserved_prefixes: tuple[str, ...] = (RESERVED_PREFIX,)
    allowed: Callable[[str], bool] | None = None
    allowed_text: str = ""
    key_start: str = ""
    """What a key begins with, as a regular expression."""
    spell: Callable[[Mapping[str, str]], dict[str, str]] | None = None
    unspell: Callable[[Mapping[str, str]], dict[str, str]] = dict
    forbidden_in_keys: str = ""
    keys_ignore_case: bool = False


def _aws_character(one: str) -> bool:
    return one in "_.:/=+-@" or unicodedata.category(one)[0] in "LZN"


RULES: Mapping[ProviderType, TagRules] = {
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
    # EC2 alone takes more characters; the set is the one that every AWS service takes.
    ProviderType.AWS: TagRules(
        name_key="Name",
        count=50,
        # The user guide says 128, the API 127; 127 passes both:
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Tag.html
        key_length=127,
        reserved_prefixes=(RESERVED_PREFIX, "aws:"),
        allowed=_aws_character,
        allowed_text="letters, digits, spaces and _ . : / = + - @",
    ),
    # https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/tag-resources#limitations
    ProviderType.AZURE: TagRules(
        name_key="novacron:name",
        count=50,
        key_length=512,
        reserved_prefixes=(RESERVED_PREFIX, "microsoft", "azure", "windows"),
        forbidden_in_keys="<>%&\\?/",
        keys_ignore_case=True,
    ),
    # https://cloud.google.com/compute/docs/labeling-resources#requirements; Google's own labels
    # begin with "goog-".
    ProviderType.GCP: TagRules(
        name_key=NAME,
        count=64,
        key_length=63,
        value_length=63,
        reserved_prefixes=(RESERVED_PREFIX, "novacron-", "goog-"),
        allowed=frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-").__contains__,
        allowed_text="lower case letters, digits, _ and -",
        key_start="[a-z]",
        spell=to_labels,
        unspell=from_labels,
    ),
    ProviderType.LIBVIRT: TagRules(),
    ProviderType.MEMORY: TagRules(),
}


def digest(spec: Model) -> str:
    """What tells this request from another of the same operation: 32 hexadecimal digits.

    Defaults are left out, so that a field added to the model changes no digest made before.
    """
    return hashlib.sha256(spec.model_dump_json(exclude_defaults=True).encode()).hexdigest()[:32]


def check_same(found: str | None, spec: Model, owner: Ownership) -> None:
    """Conflict when what the operation made before has another digest than ``spec``."""
    if found != digest(spec):
        raise Conflict(f"Operation {owner.operation} has made something else already.")


def to_native(
    provider: ProviderType, name: str, tags: Tags, owner: Ownership, spec: Model
) -> dict[str, str]:
    """The user's tags with ours added: the name (where it is a tag), the owner and the digest.

    Raises:
        InvalidSpec: ``field`` is ``tags.<key>``, ``tags`` (too many), ``name`` or ``tenant``.
    """
    rules = RULES[provider]
    ours = {TENANT: owner.tenant, OPERATION: owner.operation, SPEC: digest(spec)}
    if rules.spell is not None:
        ours = rules.spell(ours)
    else:
        _check_characters(rules, owner.tenant, "tenant")
    if rules.name_key is not None:
        ours[rules.name_key] = name
        _check_characters(rules, name, "name")
    for key, value in tags.items():
        _check_tag(rules, provider, key, value)
    if rules.keys_ignore_case and len({key.casefold() for key in tags}) < len(tags):
        raise InvalidSpec(f"two tags differ in case only; {provider.value} keeps one", field="tags")
    if rules.count is not None and len(tags) + len(ours) > rules.count:
        room = rules.count - len(ours)
        raise InvalidSpec(
            f"{len(tags)} tags; {provider.value} has room for {room} beside NovaCron's own",
            field="tags",
        )
    return {**tags, **ours}


def from_native(provider: ProviderType, native: Mapping[str, str]) -> Owned:
    """The inverse of ``to_native``. Tags that the provider itself sets ("aws:...") are left out."""
    rules = RULES[provider]
    native = rules.unspell(native)
    tags = {
        key: value
        for key, value in native.items()
        if key != rules.name_key and not key.casefold().startswith(rules.reserved_prefixes)
    }
    return Owned(
        name=native.get(rules.name_key, "") if rules.name_key is not None else "",
        tags=tags,
        tenant=native.get(TENANT),
        operation=native.get(OPERATION),
        digest=native.get(SPEC),
    )


def _check_tag(rules: TagRules, provider: ProviderType, key: str, value: str) -> None:
    field = f"tags.{key}"
    if key == rules.name_key:
        raise InvalidSpec(
            f'the tag "{key}" holds the resource\'s name on {provider.value}',
            field=field,
            remedy="Give the name as the resource's name.",
        )
    if key.casefold().startswith(rules.reserved_prefixes):
        raise InvalidSpec(f'the tag "{key}" has a reserved prefix', field=field)
    if not 1 <= len(key) <= rules.key_length:
        raise InvalidSpec(f"a key has 1 to {rules.key_length} characters", field=field)
    if not re.match(rules.key_start, key):
        raise InvalidSpec(f"a key begins with {rules.key_start}", field=field)
    if len(value) > rules.value_length:
        raise InvalidSpec(f"a value has at most {rules.value_length} characters", field=field)
    if wrong := sorted(set(key) & set(rules.forbidden_in_keys)):
        raise InvalidSpec(f"{', '.join(map(repr, wrong))} not allowed in a key", field=field)
    _check_characters(rules, key + value, field)


def _check_characters(rules: TagRules, text: str, field: str) -> None:
    if rules.allowed is None:
        return
    wrong = sorted({one for one in text if not rules.allowed(one)})
    if wrong:
        raise InvalidSpec(
            f"{', '.join(map(repr, wrong))} not allowed; allowed are {rules.allowed_text}",
            field=field,
        )
