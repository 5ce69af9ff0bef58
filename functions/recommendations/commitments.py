"""GET /recommendations/commitments"""

from __future__ import annotations

from novacron.costs.advice.listing import calendar
from novacron.models.advice import CommitmentCalendar
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST, READ

app = api()


@app.get("/recommendations/commitments", tags=["recommendations"])
def get_commitments() -> CommitmentCalendar:
    """What all accounts hold, as providers told it at the last look: the soonest end first."""
    who = reader(app, "recommendation.commitments")
    return calendar(services(), who.tenant)


REQUIRES = READ | LIST
lambda_handler = entry(app)
