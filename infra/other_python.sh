#!/usr/bin/env bash
# The unit and handler tests again on another supported Python, where this machine has one.
# Usage: infra/other_python.sh UV PYTHON-OF-THE-PROJECT
set -euo pipefail
uv=$1
own=$("$2" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
home=.tools/other-python

found=$(infra/find_python.sh $(printf '%s\n' 3.13 3.12 3.11 | grep -vx "$own"))
if [ -z "$found" ]; then
  echo "SKIPPED on another Python: this machine has $own and no other of 3.11, 3.12, 3.13 that runs."
  exit 0
fi
if ! UV_PROJECT_ENVIRONMENT=$home "$uv" sync -q --locked --python "$found" \
  --extra cli --extra azure --extra commitments --extra costs --extra gcp --extra hosts; then
  echo "SKIPPED on another Python: the locked packages cannot be installed for $found."
  exit 0
fi
echo "On $("$home/bin/python" -V) too:"
# What takes longest there says nothing about an interpreter: roles, kills, generated requests.
exec "$home/bin/python" -m pytest -n 2 tests/unit tests/handlers \
  --ignore tests/handlers/test_roles.py --ignore tests/handlers/test_malformed.py -k "not kill"
