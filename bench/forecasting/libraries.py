"""statsforecast's models, run in an environment of their own: histories in, forecasts out.

python -m bench.forecasting.libraries < [[value]] > {model: [[[mean, lo80, hi80, lo95, hi95]]]}
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

AHEAD = 28


def models() -> dict[str, Any]:
    from statsforecast.models import AutoETS, AutoTheta, SeasonalNaive  # type: ignore[import-not-found]

    return {
        "seasonal naive": SeasonalNaive(season_length=7),
        "AutoETS": AutoETS(season_length=7),
        "AutoTheta": AutoTheta(season_length=7),
    }


def main() -> None:
    import numpy as np

    warnings.simplefilter("ignore")
    histories = [np.array(one) for one in json.load(sys.stdin)]
    json.dump(
        {name: [_told(model, one) for one in histories] for name, model in models().items()},
        sys.stdout,
    )


def _told(model: Any, history: Any) -> list[list[float]]:
    found = model.forecast(y=history, h=AHEAD, level=[80, 95])
    columns = (
        found["mean"],
        *(found[f"{edge}-{level}"] for level in (80, 95) for edge in ("lo", "hi")),
    )
    return [[float(value) for value in row] for row in zip(*columns, strict=True)]


if __name__ == "__main__":
    main()
