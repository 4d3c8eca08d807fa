#!/bin/sh
# Makes the shipped prior, src/prior/shipped.json, of the records in bench/learning/training, and says
# how well a prior of the others orders each kernel. Usage: bench/learning/make-prior.sh [TRIALS]
# With TRIALS (the shipped one: 160) each kernel of training.json is measured until it has so many
# records that fit today's search space, half of them random; from nothing that takes six minutes on a
# quiet machine. Records of before stay: where the code of a schedule has changed since, remove them first.
# Without, nothing is measured: enough when only the features changed.
set -eu
here=$(dirname "$0") trials=${1:-0}
bin=$here/../../build/bin records=$here/training
if [ "$trials" -gt 0 ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  "$bin/write-kernels" "$here/training.json" "$work"
  mkdir -p "$records"
  for kernel in "$work"/*.mlir; do
    name=$(basename "$kernel" .mlir)
    [ ! -e "$records/$name.jsonl.gz" ] || gunzip -c "$records/$name.jsonl.gz" >"$work/$name.jsonl"
    "$bin/alt" tune "$kernel" -q --records "$work/$name.jsonl" --prior none --tuner random --trials $((trials / 2)) >&2
    "$bin/alt" tune "$kernel" -q --records "$work/$name.jsonl" --prior none --trials "$trials" >&2
    python3 "$here/pack.py" "$work/$name.jsonl" "$records/$name.jsonl.gz"
  done
fi
"$bin/alt" train-prior "$records"/*.jsonl.gz --check --out "$here/../../src/prior/shipped.json"
