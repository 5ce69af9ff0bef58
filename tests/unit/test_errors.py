"""The error tree is public: codes are unique, and the drawing in the docstring is the tree."""

from __future__ import annotations

import re

from novacron import errors


def _tree() -> list[type[errors.NovaCronError]]:
    return [
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.NovaCronError)
    ]


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [error.code for error in _tree()]
    assert len(codes) == len(set(codes))


def test_the_docstring_draws_every_error() -> None:
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    assert drawn == {error.__name__ for error in _tree()} - {"NovaCronError"}


def test_throttled_says_when_to_come_back() -> None:
    assert errors.Throttled("slow down", retry_after=2.5).remedy == "Retry after 2.5 seconds."
