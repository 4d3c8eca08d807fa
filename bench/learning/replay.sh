#!/bin/sh
# Tuners on the recorded spaces of our own six kernels, with the features that a live run has; alt from the
# shipped prior and cold. Usage: bench/learning/replay.sh OUT [SEEDS]
set -eu
here=$(dirname "$0")
"$here/../../build/bin/alt" compare --space "$here"/spaces/*.jsonl.gz --out "$1" --seeds "${2:-30}" \
  --tuner alt,alt:prior=false,autotvm,autotvm-reg,lfbo,evolutionary,genetic,annealing,random
