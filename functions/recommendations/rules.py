"""GET /recommendations/rules"""

from __future__ import annotations

from novacron.costs.advice.listing import rules_of
from novacron.models.advice import RuleBook
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ

app = api()


@app.get("/recommendations/rules", tags=["recommendations"])
def get_rules() -> RuleBook:
    """Each rule with its signal, thresholds, formula, undo and the page that it follows."""
    who = reader(app, "recommendation.rules")
    return rules_of(services(), who.tenant)


REQUIRES = READ
lambda_handler = entry(app)
