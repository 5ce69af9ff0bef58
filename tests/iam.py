"""What policies allow together, as IAM decides: each of them has to.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def allowed(
    policies: list[dict[str, Any]], action: str, resource: str, context: Mapping[str, str] = {}
) -> bool:
    return all(_allows(policy, action, resource, context) for policy in policies)


def _allows(policy: dict[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    return any(_speaks(one, action, resource, context) for one in policy["Statement"])


def _speaks(
    statement: dict[str, Any], action: str, resource: str, context: Mapping[str, str]
) -> bool:
    assert statement["Effect"] == "Allow"
    unknown = statement.keys() - {"Effect", "Action", "Resource", "Condition"}
    assert not unknown, unknown
    if not any(_like(one, action) for one in _list(statement["Action"])):
        return False
    if not any(_like(one, resource) for one in _list(statement["Resource"])):
        return False
    condition = statement.get("Condition", {})
    assert condition.keys() <= {"StringLike"}
    wanted = condition.get("StringLike", {})
    return all(
        key in context and any(_like(one, context[key]) for one in _list(patterns))
        for key, patterns in wanted.items()
    )


def _list(given: str | list[str]) -> list[str]:
    return [given] if isinstance(given, str) else given


def _like(pattern: str, text: str) -> bool:
    parts = re.split(r"([*?])", pattern)
    wild = {"*": ".*", "?": "."}
    return (
        re.fullmatch("".join(wild.get(p, re.escape(p)) for p in parts), text, re.DOTALL) is not None
    )
