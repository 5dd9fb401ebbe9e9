#!/usr/bin/env bash
# Makes the fixtures of this folder again. It needs no GPU: ptxas and fatbinary
# of CUDA 13.5 come with the Python package nvidia-cuda-nvcc 13.5, and the
# ptxas that still writes cubins of ABI version 7 with triton 3.9.0. Usage:
#
#   make.sh .../nvidia/cu13/bin .../triton/backends/nvidia/bin
set -euo pipefail
cuda=$1 triton=$2
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

source_for() { # version target
  printf '.version %s\n.target sm_%s\n.address_size 64\n.visible .entry k()\n{\n  ret;\n}\n' "$1" "$2"
}

for target in 75 90 90a 100 100a 100f; do
  source_for 9.5 "$target" >"$work/$target.ptx"
  "$cuda/ptxas" -arch "sm_$target" "$work/$target.ptx" -o "$work/$target.cubin"
done
for target in 50 90a; do
  source_for 8.0 "$target" >"$work/abi7.ptx"
  "$triton/ptxas" -arch "sm_$target" "$work/abi7.ptx" -o "abi7_sm_$target.cubin"
done
cp "$work/75.cubin" abi8_sm_75.cubin
cp "$work/100f.cubin" abi8_sm_100f.cubin
cp "$work/100f.ptx" compute_100f.ptx

image() { # kind target
  local file=$work/$2.$1
  if [[ $1 == elf ]]; then file=$work/$2.cubin; fi
  printf -- '--image3=kind=%s,sm=%s,file=%s' "$1" "$2" "$file"
}
# Every target and suffix, cubins and PTX, in each compression.
for mode in none speed default; do
  "$cuda/fatbinary" -64 --create "$work/$mode" --compress-all --compress-mode=$mode \
    "$(image elf 75)" "$(image elf 90)" "$(image elf 90a)" "$(image elf 100)" "$(image elf 100a)" "$(image elf 100f)" \
    "$(image ptx 90)" "$(image ptx 90a)" "$(image ptx 100f)"
done
mv "$work/none" plain.fatbin
mv "$work/speed" lz4.fatbin
mv "$work/default" zstd.fatbin
# Several cubins compressed as one.
for mode in speed default; do
  "$cuda/fatbinary" -64 --create "$work/concat_$mode" --compress-all --compress-mode=$mode --concat \
    "$(image elf 75)" "$(image elf 90)" "$(image elf 90a)" "$(image elf 100f)" "$(image ptx 90)"
done
mv "$work/concat_speed" concat_lz4.fatbin
mv "$work/concat_default" concat_zstd.fatbin
