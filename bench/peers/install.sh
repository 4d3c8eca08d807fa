#!/bin/sh
# The peers' libraries from PyPI into build/peers. Nothing but the benches needs them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
peers=$(cd "$here/../.." && pwd)/build/peers

stamp=$(cat "$here/requirements.txt" "$0" | cksum)
[ "$(cat "$peers/.made-from" 2>/dev/null || true)" != "$stamp" ] || exit 0
echo "install: oneDNN, OpenBLAS and MKL in $peers" >&2
rm -rf "$peers"
mkdir -p "$(dirname "$peers")"
python3 -m venv "$peers"
"$peers/bin/python" -m pip install --quiet --disable-pip-version-check --retries 5 -r "$here/requirements.txt"
# Its place depends on Python's version; the benches want a fixed one.
ln -s "$peers"/lib/python3*/site-packages/scipy_openblas32/lib "$peers/openblas"
echo "$stamp" >"$peers/.made-from"
