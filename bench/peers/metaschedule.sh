#!/bin/sh
# metaschedule.sh ROW...: TVM from PyPI into build/tvm, then 200 trials of its MetaSchedule for each row.
# What it finds goes to build/metaschedule; `make bench-kernels` then has a column for it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
tvm=$root/build/tvm

stamp=$(cat "$here/tvm-requirements.txt" "$0" | cksum)
if [ "$(cat "$tvm/.made-from" 2>/dev/null || true)" != "$stamp" ]; then
  echo "install: TVM in $tvm" >&2
  rm -rf "$tvm"
  mkdir -p "$(dirname "$tvm")"
  python3 -m venv "$tvm"
  "$tvm/bin/python" -m pip install --quiet --disable-pip-version-check --retries 5 -r "$here/tvm-requirements.txt"
  # Its place depends on Python's version; CMake wants a fixed one.
  (cd "$tvm" && ln -s lib/python3*/site-packages site-packages)
  echo "$stamp" >"$tvm/.made-from"
fi
"$tvm/bin/python" "$here/metaschedule.py" "$root/build/metaschedule" "$@"
