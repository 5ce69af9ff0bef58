"""moto's applications, one per service, with ours in the place of its EC2 and load balancers."""

from __future__ import annotations

from typing import Any

from moto.core.utils import convert_to_flask_response
from moto.moto_server.werkzeug_app import create_backend_app

from ..balancing import StrictELBv2
from .addresses import Addresses
from .capacity import Capacity
from .console import Console
from .idempotency import Idempotency
from .images import Images
from .instances import Instances
from .launch import Launch
from .networks import Networks
from .reserved import ReservedInstances
from .snapshots import Snapshots
from .spot_prices import SpotPrices
from .volumes import Volumes


class StrictEC2(
    Idempotency,
    Launch,
    Instances,
    Volumes,
    Snapshots,
    Images,
    Networks,
    Addresses,
    Capacity,
    ReservedInstances,
    SpotPrices,
    Console,
):
    """EC2 with the rules of the parts above moto's."""


def create_app(service: Any) -> Any:
    """What moto's dispatcher calls on a service's first request."""
    app = create_backend_app(service)
    strict = {"ec2": StrictEC2, "elb": StrictELBv2}.get(service)
    if strict is not None:
        view = convert_to_flask_response(strict.dispatch)
        app.view_functions = dict.fromkeys(app.view_functions, view)
    return app
