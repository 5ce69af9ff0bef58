# What a worker runs at each boot, as root; ``workers.py`` puts URL, TOKEN and PACKAGE before it.
# It opens no port and holds no cloud credential. Its token enrols one agent, once, within an hour;
# the key that it enrols is made here and never leaves.
set -euo pipefail
umask 077
STATE="${STATE:-/var/lib/novacron-agent}"
DEVICES="${DEVICES:-/dev/disk/by-id}"

# NOVACRON names a command that is installed already.
if [ -z "${NOVACRON:-}" ]; then
  NOVACRON=/opt/novacron/bin/novacron
  if [ ! -x "$NOVACRON" ]; then
    apt-get update -qq
    apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends python3-venv
    python3 -m venv /opt/novacron
    /opt/novacron/bin/pip install -q --no-input "$PACKAGE"
  fi
fi

if [ ! -f "$STATE/identity.json" ]; then
  NOVACRON_AGENT_TOKEN="$TOKEN" "$NOVACRON" agent enroll --url "$URL" --provider devices \
    --set folder="$DEVICES" --state-dir "$STATE"
fi
unset TOKEN

# An agent that ends, as on a full disk, is started again.
while true; do
  "$NOVACRON" agent run --state-dir "$STATE" || true
  sleep 5
done
