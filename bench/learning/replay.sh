#!/bin/sh
# Tuners on the recorded spaces of our own six kernels, with the features that a live run has; alt from the
# shipped prior and cold. Then, in OUT/knobs, what is left when tuners see no more than the knobs.
# Usage: bench/learning/replay.sh OUT [SEEDS]
set -eu
here=$(dirname "$0") out=$1 seeds=${2:-30}
compare() { "$here/../../build/bin/alt" compare --space "$here"/spaces/*.jsonl.gz --seeds "$seeds" "$@"; }
compare --out "$out" \
  --tuner alt,alt:prior=false,alt:prior=false:analytic=false,autotvm,autotvm-reg,lfbo,evolutionary,genetic,annealing,random
compare --out "$out/knobs" --features knobs --tuner alt,autotvm,autotvm-reg
