#!/bin/sh
# Generates the fixed prompts with brushfire itself, for judge.py.
#   evaluate.sh BRUSHFIRE MODEL OUT [STEPS [CFG [PROMPTS]]]
# Existing pictures are kept, so that an interrupted run goes on.
set -eu
program=$1 model=$2 out=$3 steps=${4:-20} cfg=${5:-4} here=$(dirname "$0")
prompts=${6:-$here/prompts.txt}
mkdir -p "$out"
i=0
grep -v '^#' "$prompts" | while IFS= read -r line; do
    prompt=$(printf '%s' "${line##*|}" | sed 's/^ *//; s/ *$//')
    file=$(printf '%s/%03d.png' "$out" "$i")
    [ -s "$file" ] || "$program" generate --model "$model" --prompt "$prompt" --width 256 --height 256 \
        --steps "$steps" --cfg "$cfg" --seed "$i" -o "$file" </dev/null
    i=$((i + 1))
done
