"""Problem details: total over the tree, and never more than the caller may see."""

from __future__ import annotations

import pytest

from novacron import errors
from novacron.runtime import problems


def _tree(root: type[errors.NovaCronError]) -> list[type[errors.NovaCronError]]:
    return [root, *(leaf for child in root.__subclasses__() for leaf in _tree(child))]


@pytest.mark.parametrize("error", _tree(errors.NovaCronError))
def test_every_error_has_a_status(error: type[errors.NovaCronError]) -> None:
    assert error in problems.STATUS


def test_the_field_at_fault_is_named() -> None:
    shown = problems.problem(errors.InvalidSpec("too small", field="size_gib"), "req-1")
    assert shown.status == 400
    assert shown.code == "invalid_spec"
    assert shown.faults == [problems.FieldFault(field="size_gib", detail="too small")]
    assert shown.correlation_id == "req-1"


def test_a_validation_fault_does_not_echo_the_value() -> None:
    fault = {"loc": ("body", "secret", 0), "msg": "Field required", "input": "hunter2"}
    shown = problems.invalid_request([fault])
    assert shown.faults[0].field == "body.secret.0"
    assert "hunter2" not in shown.model_dump_json()


@pytest.mark.parametrize(("seconds", "header"), [(0.1, "1"), (1.2, "2"), (30, "30")])
def test_retry_after_rounds_up(seconds: float, header: str) -> None:
    throttled = errors.Throttled("slow", retry_after=seconds)
    assert problems.headers(throttled) == {"Retry-After": header}
