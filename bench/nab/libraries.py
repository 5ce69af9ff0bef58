"""Library detectors, run in an environment of their own: series as JSON in, scores as JSON out.

python -m bench.nab.libraries < {name: values} > {detector: {name: scores}}
"""

from __future__ import annotations

import json
import sys
from typing import Any

LAGS = 5
"""Values that a detector of vectors sees at once: the newest and those before it."""
LEARN = 0.15
"""Of a series, the part that NAB lets detectors learn from."""


# The libraries are in that environment alone, where mypy does not look.


def half_space_trees(values: list[float]) -> list[float]:
    from river import anomaly, preprocessing  # type: ignore[import-not-found]

    model = preprocessing.MinMaxScaler() | anomaly.HalfSpaceTrees(seed=1)
    return _stream(model, _windows(values))


def isolation_forest(values: list[float]) -> list[float]:
    from pyod.models.iforest import IForest  # type: ignore[import-not-found]

    return _batch(IForest(random_state=1), values)


def ecod(values: list[float]) -> list[float]:
    from pyod.models.ecod import ECOD  # type: ignore[import-not-found]

    return _batch(ECOD(), values)


DETECTORS = {
    "river HalfSpaceTrees": half_space_trees,
    "pyod IForest": isolation_forest,
    "pyod ECOD": ecod,
}


def _windows(values: list[float]) -> list[list[float]]:
    padded = values[:1] * (LAGS - 1) + values
    return [padded[index : index + LAGS] for index in range(len(values))]


def _stream(model: Any, windows: list[list[float]]) -> list[float]:
    scores = []
    for window in windows:
        seen = dict(enumerate(window))
        scores.append(float(model.score_one(seen)))
        model.learn_one(seen)
    return scores


def _batch(model: Any, values: list[float]) -> list[float]:
    """Fitted on the learning part, as a series' end is not known at its beginning."""
    import numpy as np

    windows = np.array(_windows(values))
    model.fit(windows[: int(LEARN * len(values))])
    found = [float(score) for score in model.decision_function(windows)]
    low, high = min(found), max(found)
    return [(score - low) / (high - low or 1.0) for score in found]


def main() -> None:
    series: dict[str, list[float]] = json.load(sys.stdin)
    json.dump(
        {
            name: {one: detector(values) for one, values in series.items()}
            for name, detector in DETECTORS.items()
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
