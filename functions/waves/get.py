"""GET /waves/{id}"""

from __future__ import annotations

from novacron.migration.waves import view
from novacron.models.wave import WaveView
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id

app = api()


@app.get("/waves/<wave_id>", tags=["migrations"])
def get_wave(wave_id: Id) -> WaveView:
    """How far a wave is: each VM's state, its migration, and why one did not move."""
    who = reader(app, "wave.get")
    return view(services(), who.tenant, wave_id)


REQUIRES = READ
lambda_handler = entry(app)
