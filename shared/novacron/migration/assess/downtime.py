"""The downtime, term by term, and whether the one that was asked for can be promised."""

from __future__ import annotations

from novacron.migration.assess.copying import Copy, mark_seconds
from novacron.migration.assess.figures import ASSUMED, FIGURES, Figure
from novacron.migration.converge import SHRINKING
from novacron.models.account import ProviderType
from novacron.models.assessment import Confidence, DirtyRate, Term, Verdict

STEPS = Figure(5, ASSUMED, "about ten of the engine's own states, a function call each")
NETWORK = Figure(1, ASSUMED, "the first probe; DNS and peers that must follow are not counted")
NOTHING = Term(name="none", seconds=0, confidence=Confidence.MEASURED, basis="the VM does not run")
_WEAKEST = [Confidence.ASSUMED, Confidence.PUBLISHED, Confidence.MEASURED]


def downtime(
    source: ProviderType, target: ProviderType, copy: Copy, disk_bytes: int, rate: DirtyRate
) -> list[Term]:
    """In the order in which they happen. A VM that does not run has no downtime."""
    if rate.bytes_per_second == 0 and rate.confidence is Confidence.MEASURED:
        return [NOTHING]
    leaves, arrives = FIGURES[source], FIGURES[target]
    scan = mark_seconds(source, disk_bytes)
    weakest = min(rate.confidence, leaves.export.confidence, arrives.load.confidence,
                  key=_WEAKEST.index)  # fmt: skip
    return [
        _term("stop", leaves.stop),
        _term("snapshot", leaves.mark._replace(value=scan)),
        Term(
            name="send",
            seconds=round(copy.speed.seconds(copy.rest), 1),
            confidence=weakest,
            basis=f"{copy.rest.read / 1024**2:.0f} MiB that change during the copy before, in "
            f"{copy.rest.reads:.0f} places{_held(copy)}",
        ),
        _term("seal", arrives.seal),
        _term("boot", arrives.boot),
        _term("network", NETWORK),
        _term("steps", STEPS),
    ]


def _held(copy: Copy) -> str:
    """How a limit of bandwidth makes it longer, if one does."""
    held, rounds = copy.speed.held, copy.rounds
    if not held:
        return ""
    shrinks = copy.speed.seconds(copy.rest) < rounds[-1].seconds * SHRINKING
    return f"; {held}" if shrinks else f"; the guest changes more than {held} lets through"


def _term(name: str, figure: Figure) -> Term:
    return Term(
        name=name,
        seconds=round(figure.value, 1),
        confidence=figure.confidence,
        basis=figure.basis,
        bounded=figure.bounded,
    )


def verdict(
    source: ProviderType,
    terms: list[Term],
    rate: DirtyRate,
    requested: int,
    blockers: list[str],
) -> Verdict:
    """Promised: nothing blocks it, the source tells what changed, its writes were measured, each
    term has a limit, and together they are short enough."""
    total = round(sum(term.seconds for term in terms), 1)
    term, reason = None, f"all terms together take about {total:g} s"
    unbounded = next((one for one in terms if not one.bounded), None)
    largest = max(terms, key=lambda one: one.seconds)
    tracks = FIGURES[source].tracks
    if blockers:
        reason = f"it cannot be moved as it is: {', '.join(blockers)}"
    elif terms != [NOTHING]:
        if tracks is not None:
            term, reason = "snapshot", f"{source.value} as a source: {tracks}"
        elif unbounded is not None:
            term, reason = unbounded.name, f"no provider limits it: {unbounded.basis}"
        elif total > requested:
            term = largest.name
            reason = f"about {total:g} s of {requested} s; the longest: {largest.basis}"
        elif rate.confidence is not Confidence.MEASURED:
            term, reason = "send", rate.basis
    return Verdict(
        promised=term is None and not blockers,
        requested_seconds=requested,
        predicted_seconds=total,
        term=term,
        reason=reason,
    )
