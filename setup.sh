#!/bin/sh
# Fills the virtual environment whose bin folder is given with exactly what requirements.lock says.
# uv does it in seconds; where it cannot be had, or an index is set up for pip alone, pip does it.
set -eu
bin=$1
pip() { "$bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
export UV_SYSTEM_CERTS=1  # as pip does: a company's own certificates count
pip install uv || true
if ! VIRTUAL_ENV=$(dirname "$bin") "$bin/uv" pip install --quiet --require-hashes -r requirements.lock; then
    pip install --require-hashes -r requirements.lock
fi
said=$(pip install --no-deps --no-build-isolation --editable . 2>&1) || { echo "$said" >&2; exit 1; }
