#!/bin/sh
# The tables of docs/learning.md. Usage: bench/learning/run.sh SPACES_FOLDER OUT [SEEDS]
# SPACES_FOLDER holds recorded spaces (*.csv.gz and what else `alt compare` reads). With 30 seeds it
# takes hours on one core; with 4, minutes. Same seeds, same trials, whatever the machine.
set -eu
alt=$(dirname "$0")/../../build/bin/alt
spaces=$1 out=$2 seeds=${3:-30}
mkdir -p "$out"
"$alt" compare --space "$spaces"/*.gz --seeds "$seeds" --out "$out/tuners" \
  --tuner alt,autotvm,autotvm-reg,lfbo,evolutionary,genetic,annealing,grid,random
"$alt" compare --space "$spaces"/*.gz --seeds "$seeds" --out "$out/ablation" --baseline alt \
  --tuner alt,alt:filter=false,alt:uncertainty=false,alt:diversity=false,alt:local=0,alt:batch=4,alt:batch=8,alt:batch=16,alt:rank=1,alt:rank=0,alt:members=4
