"""AWS's public file of how often spot instances are interrupted. No API tells it.

https://aws.amazon.com/ec2/spot/instance-advisor/ is drawn from it. Its form is not documented:
``ranges`` has an ``index`` and a ``label`` ("5-10%"), and ``spot_advisor`` for each region,
operating system and type the index of one as ``r``. It is read and not kept.
"""

from __future__ import annotations

import json
import logging
import urllib.request
from http.client import HTTPException

from novacron.models.spot_market import Interruptions, Measure
from novacron.providers.spot_market import interval

URL = "https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json"
SETTING = "NOVACRON_SPOT_ADVISOR"
"""In the environment: a copy that this network reaches; empty: none is asked."""
SECONDS = 20
MOST_BYTES = 64 * 1024**2
log = logging.getLogger(__name__)


def interruptions(url: str, region: str) -> dict[str, Interruptions]:
    """By type, of Linux. Empty where the file cannot be had or has another form: nothing is lost
    but what it would have told."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as reply:  # noqa: S310 - the operator's
            told = json.loads(reply.read(MOST_BYTES))
        ranges = {one["index"]: interval(one["label"], Measure.MONTH) for one in told["ranges"]}
        types = told["spot_advisor"].get(region, {}).get("Linux", {})
        found = {name: ranges.get(one["r"]) for name, one in types.items()}
    except (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError) as error:
        log.warning("AWS's file of interruptions could not be read: %s", type(error).__name__)
        return {}
    return {name: one for name, one in found.items() if one is not None}
