"""PUT /recommendations/rules"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.costs.advice.listing import edit_rules
from novacron.models.advice import RuleBook, RuleEdits
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED
from novacron.runtime.routes import Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.put("/recommendations/rules", tags=["recommendations"])
def put_rules(body: Annotated[RuleEdits, Body()], key: Key) -> RuleBook:
    """Replace the tenant's edits of the rules; what is not named is as shipped."""
    who = changer(app, Access.ADMINISTER, "recommendation.put-rules", "rules")

    def act() -> RuleBook:
        return edit_rules(services(), who.tenant, body)

    return RuleBook(**mutate(app, who, "recommendation.put-rules", "rules", key, act))


REQUIRES = AUDITED
lambda_handler = entry(app)
