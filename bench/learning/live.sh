#!/bin/sh
# The six kernels of live.json: tuners side by side on this machine, cold and from the shipped prior, and
# what was measured as recorded spaces. Usage: bench/learning/live.sh OUT [SEEDS] [TRIALS] [RANDOM]
# Each schedule is measured once, whoever asks first, and kept in OUT/NAME/NAME.jsonl: a run that was cut
# off goes on from there when the command is given again. Hours on a quiet machine with 30 seeds and 400
# trials; tens of minutes with one seed and 100.
set -eu
here=$(dirname "$0") out=$1 seeds=${2:-1} trials=${3:-100} random=${4:-600}
bin=$here/../../build/bin
mkdir -p "$out" "$here/spaces"
"$bin/write-kernels" "$here/live.json" "$out/kernels"
for kernel in "$out"/kernels/*.mlir; do
  name=$(basename "$kernel" .mlir)
  # Points for the recorded space, most of them random so that its good points are as rare as they are.
  "$bin/alt" compare --live "$kernel" --out "$out/$name" --prior none --seeds 1 --trials "$random" \
    --tuner random --baseline random >/dev/null
  "$bin/alt" compare --live "$kernel" --out "$out/$name" --seeds "$seeds" --trials "$trials" \
    --tuner alt,alt:prior=false,autotvm,autotvm-reg
  python3 "$here/pack.py" "$out/$name/$name.jsonl" "$here/spaces/$name.jsonl.gz"
done
