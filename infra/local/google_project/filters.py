"""The ``filter`` parameter of lists, in its two languages that do not mix.

AIP-160 comparisons and regular expressions (eq, ne), as "filter" describes them at
https://cloud.google.com/compute/docs/reference/rest/v1/instances/list. OR is not modelled.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import invalid

Test = Callable[[dict[str, Any]], bool]
_TOKEN = re.compile(
    r"""\s*(?:(?P<paren>[()])|(?P<op>!=|<=|>=|=|<|>|:)"""
    r"""|(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<word>[^\s()=!<>:"']+))"""
)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def parse(text: str) -> Test:
    """Whether a resource passes. Raises GoogleError (invalid)."""
    single = re.fullmatch(r"\s*([\w.\-]+)\s+(eq|ne)\s+(.+?)\s*", text)
    if single and "(" not in single[3].split("'")[0][:1]:
        return _expression(text, single[1], single[2], single[3])
    tokens = _tokens(text)
    tests: list[Test] = []
    kinds: set[bool] = set()
    while tokens:
        if tests and tokens[0] == ("word", "AND"):
            tokens.pop(0)
        test, regular = _term(text, tokens)
        tests.append(test)
        kinds.add(regular)
    if len(kinds) != 1:
        raise _bad(text)
    return lambda body: all(test(body) for test in tests)


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _bad(text)
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


def _term(text: str, tokens: list[tuple[str, str]]) -> tuple[Test, bool]:
    """One comparison, in parentheses or not; and whether it is a regular expression."""
    closing = tokens[0] == ("paren", "(")
    if closing:
        tokens.pop(0)
    if len(tokens) < 3 or tokens[0][0] != "word" or tokens[2][0] not in ("word", "quoted"):
        raise _bad(text)
    (_, name), (kind, operator), (_, value) = (tokens.pop(0) for _ in range(3))
    if closing and (not tokens or tokens.pop(0) != ("paren", ")")):
        raise _bad(text)
    if kind == "word" and operator in ("eq", "ne"):
        return _expression(text, name, operator, value), True
    if kind != "op":
        raise _bad(text)
    return _comparison(name, operator, _plain(value)), False


def _expression(text: str, name: str, operator: str, literal: str) -> Test:
    try:
        pattern = re.compile(_plain(literal))
    except re.error as e:
        raise _bad(text) from e
    wanted = operator == "eq"
    return lambda body: (pattern.fullmatch(_text(_field(body, name))) is not None) is wanted


def _comparison(name: str, operator: str, value: str) -> Test:
    if operator == ":":
        return lambda body: _has(_field(body, name), value)
    if operator in _ORDER:
        return lambda body: _ordered(_field(body, name), operator, value)
    wanted = operator == "="
    return lambda body: (_text(_field(body, name)) == value) is wanted


def _has(found: Any, value: str) -> bool:
    if value == "*":
        return found not in (None, "", [], {})
    if isinstance(found, dict | list):
        return value in found
    return value in _text(found)


def _ordered(found: Any, operator: str, value: str) -> bool:
    if found is None:
        return False
    try:
        return _ORDER[operator](float(found), float(value))
    except ValueError:
        return _ORDER[operator](_text(found), value)


def _field(body: dict[str, Any], name: str) -> Any:
    found: Any = body
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _plain(value: str) -> str:
    if value[:1] in "\"'" and value[-1:] == value[:1]:
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def _bad(text: str) -> Exception:
    return invalid("filter", text, "Invalid list filter expression.")
