#!/bin/sh
# The tables of docs/learning.md. Usage: bench/learning/run.sh SPACES_FOLDER OUT [SEEDS]
# SPACES_FOLDER holds recorded spaces (*.gz that `alt compare` reads). With 30 seeds the tuners take a
# quarter of an hour of one core and the ablation an hour. Same seeds, same trials, whatever the machine.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
spaces=$1 out=$2 seeds=${3:-30}
mkdir -p "$out"
cmake --build "$root/build" --target alt learner-speed learner-calibration
alt=$root/build/bin/alt
compare() { "$alt" compare --space "$spaces"/*.gz --seeds "$seeds" --jobs "$(nproc)" --stop-at-best "$@"; }
compare --out "$out/tuners" --tuner alt,autotvm,autotvm-reg,random,lfbo,evolutionary,genetic,annealing
compare --out "$out/ablation" --baseline alt --tuner alt,alt:proximity=false,alt:novelty=0,alt:uncertainty=false,alt:adaptive=false,alt:local=0,alt:incumbents=3,alt:filter=false,alt:caution=0,alt:batch=2,alt:batch=8,alt:batch=8:diversity=false,alt:batch=16,alt:initial=8,alt:initial=16,alt:rank=1,alt:rank=0,alt:members=4,alt:listed=0
"$root/build/bin/learner-calibration" "$spaces"/*.gz > "$out/calibration.txt"
set -- "$spaces"/*.gz
"$root/build/bin/learner-speed" "$1" > "$out/speed.txt"
