#!/usr/bin/env bash
# Prints the first Python that runs, of the versions that are named; nothing where there is none.
# Usage: infra/find_python.sh 3.13 3.12
set -euo pipefail

# A pyenv shim may be on PATH and run nothing, so each is tried; pyenv's own are where it keeps them.
for version in "$@"; do
  for python in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python; do
    if "$python" -c "import sys, ssl; assert '%d.%d' % sys.version_info[:2] == '$version'" 2>/dev/null; then
      exec "$python" -c 'import sys; print(sys.executable)'
    fi
  done
done
