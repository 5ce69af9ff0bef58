#!/usr/bin/env bash
# The unit and handler tests again on another supported Python, where this machine has one.
# Usage: infra/other_python.sh UV PYTHON-OF-THE-PROJECT
set -euo pipefail
uv=$1
own=$("$2" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
home=.tools/other-python

# A pyenv shim may be on PATH and run nothing, so each is tried; pyenv's own are where it keeps them.
found=
for version in 3.13 3.12 3.11; do
  [ "$version" = "$own" ] && continue
  for python in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
    if "$python" -c "import sys, ssl; assert '%d.%d' % sys.version_info[:2] == '$version'" 2>/dev/null; then
      found=$("$python" -c 'import sys; print(sys.executable)')
      break 2
    fi
  done
done
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
