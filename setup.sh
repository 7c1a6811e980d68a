#!/bin/sh
# Fills the virtual environment whose bin folder is given with exactly what requirements.lock says.
# uv does it in seconds; where it cannot be had, or an index is set up for pip alone, pip does it.
set -eu
bin=$1
pip() { "$bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
pip install uv 2>/dev/null || true
if ! VIRTUAL_ENV=$(dirname "$bin") "$bin/uv" pip install --quiet --require-hashes -r requirements.lock; then
    pip install --require-hashes -r requirements.lock
fi
pip install --no-deps --no-build-isolation --editable .
