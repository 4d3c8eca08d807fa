#!/bin/sh
# Tuners side by side on the six kernels of live.json, measured on this machine; alt from the shipped prior
# and cold. What was measured becomes bench/learning/spaces. Usage: bench/learning/live.sh OUT [SEEDS]
# [TRIALS] [RANDOM] [TUNERS]. Each schedule is measured once, whoever asks first, and kept in
# OUT/NAME.jsonl: a run that was cut off goes on from there when the command is given again. As it stands
# some 40 000 schedules: an hour on a quiet machine, several on a busy one.
set -eu
here=$(dirname "$0") out=$1 seeds=${2:-3} trials=${3:-200} random=${4:-2000}
tuners=${5:-alt,alt:prior=false,alt:prior=false:default=false,autotvm,autotvm-reg,lfbo,evolutionary,genetic,annealing,random}
bin=$here/../../build/bin
mkdir -p "$out" "$here/spaces"
"$bin/write-kernels" "$here/live.json" "$out/kernels"
# Random points, so that good ones are rare in the recorded space, too.
"$bin/alt" compare --live "$out"/kernels/*.mlir --out "$out" --prior none --seeds 1 --trials "$random" \
  --tuner random --baseline random >/dev/null
"$bin/alt" compare --live "$out"/kernels/*.mlir --out "$out" --seeds "$seeds" --trials "$trials" \
  --tuner "$tuners"
for records in "$out"/*.jsonl; do
  python3 "$here/pack.py" --space "$records" "$here/spaces/$(basename "$records").gz"
done
