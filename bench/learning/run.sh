#!/bin/sh
# The tables and pictures of docs/learning.md. Usage: bench/learning/run.sh SPACES_FOLDER OUT [SEEDS]
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
compare --out "$out/ablation" --baseline alt --tuner alt,alt:process=0,alt:uncertainty=false,alt:proximity=false,alt:novelty=0,alt:adaptive=false,alt:local=0,alt:local=0.5,alt:greedy=0,alt:filter=false,alt:caution=0,alt:batch=2,alt:batch=8,alt:batch=8:diversity=false,alt:initial=8,alt:rank=1
"$root/build/bin/learner-calibration" "$spaces"/*.gz > "$out/calibration.txt"
set -- "$spaces"/*.gz
"$root/build/bin/learner-speed" "$1" > "$out/speed.txt"
python3 -m venv "$root/build/plots"
"$root/build/plots/bin/python" -m pip install --quiet --disable-pip-version-check -r "$(dirname "$0")/requirements.txt"
"$root/build/plots/bin/python" "$(dirname "$0")/plots.py" "$out" "$root/docs/pictures"
