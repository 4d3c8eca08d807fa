#!/bin/sh
# Makes a Debian 12 machine ready to build: packages by apt, then a Python environment in
# build/venv. Does only what is missing, so a second run takes a moment.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=$root/build/venv

say() { echo "install: $*" >&2; }

missing=$(grep -v '^#' "$here/debian-packages.txt" | while read -r package; do
  dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
done)
if [ -n "$missing" ]; then
  sudo=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { say "these Debian packages are missing, and there is neither root nor sudo to install them:" $missing; exit 1; }
    sudo="sudo"
  fi
  say "by apt:" $missing
  # The second attempt is for mirrors that hiccup.
  $sudo apt-get update -qq || { sleep 5; $sudo apt-get update -qq; }
  apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300"
  $apt $missing >/dev/null || { sleep 5; $apt $missing >/dev/null; }
fi

# The stamp names what the environment was made from; another list or Python makes it anew.
stamp=$(cat "$here/requirements.txt" "$0" | cksum; python3 -c 'import sys; print(sys.version)')
if [ "$(cat "$venv/.made-from" 2>/dev/null || true)" != "$stamp" ]; then
  say "Python environment in $venv"
  rm -rf "$venv"
  mkdir -p "$root/build"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --retries 5 -r "$here/requirements.txt"
  echo "$stamp" >"$venv/.made-from"
fi
