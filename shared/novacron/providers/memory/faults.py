"""Switches that make the in-memory cloud misbehave."""

from __future__ import annotations

from dataclasses import dataclass, field

from novacron.errors import NovaCronError


@dataclass
class Faults:
    """``raise_on`` faults a method by name; ``after`` faults it once its effect has happened.

    The second is the crash that matters: the provider did it, and we never heard.
    ``latency`` seconds are added up in ``waited``, never slept.
    """

    latency: float = 0.0
    waited: float = 0.0
    _before: dict[str, list[NovaCronError]] = field(default_factory=dict)
    _after: dict[str, list[NovaCronError]] = field(default_factory=dict)
    _later: dict[str, list[NovaCronError]] = field(default_factory=dict)

    def raise_on(self, method: str, error: NovaCronError, times: int = 1) -> None:
        """The next ``times`` calls of ``method`` do nothing and raise ``error``."""
        self._before.setdefault(method, []).extend([error] * times)

    def raise_after(self, method: str, error: NovaCronError, times: int = 1) -> None:
        """The next ``times`` calls of ``method`` take effect and raise ``error`` all the same."""
        self._after.setdefault(method, []).extend([error] * times)

    def fail_later(self, method: str, error: NovaCronError, times: int = 1) -> None:
        """The next ``times`` calls of ``method`` are accepted, and fail with ``error`` later."""
        self._later.setdefault(method, []).extend([error] * times)

    def later(self, method: str) -> NovaCronError | None:
        """What this call of ``method`` is to fail with after it was accepted."""
        return self._later[method].pop(0) if self._later.get(method) else None

    def clear(self) -> None:
        """Behave again."""
        self._before.clear()
        self._after.clear()
        self._later.clear()

    def before(self, method: str) -> None:
        self.waited += self.latency
        self._pop(self._before, method)

    def after(self, method: str) -> None:
        self._pop(self._after, method)

    @staticmethod
    def _pop(queued: dict[str, list[NovaCronError]], method: str) -> None:
        if queued.get(method):
            raise queued[method].pop(0)
