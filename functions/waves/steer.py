"""POST /waves/{id}/pause, /resume, /cancel"""

from __future__ import annotations

from novacron.migration.waves import steer
from novacron.models.wave import WaveVerb, WaveView
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import STEER
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/waves/<wave_id>/<verb>", tags=["migrations"], status_code=202)
def steer_wave(wave_id: Id, verb: WaveVerb, key: Key) -> WaveView:
    """Pause, resume or cancel a wave and those of its migrations that are under way. What has
    moved stays moved; 409 once the wave has ended."""
    action = f"wave.{verb.value}"
    who = changer(app, Access.CHANGE, action, wave_id)

    def act() -> WaveView:
        return steer(services(), who, wave_id, verb)

    return WaveView(**mutate(app, who, action, wave_id, key, act))


REQUIRES = STEER
lambda_handler = entry(app)
