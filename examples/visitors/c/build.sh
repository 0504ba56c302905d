#!/bin/bash
# visits.c -> visits.wasm. Needs zig, wit-bindgen, wasm-tools: see ../../README.md.
set -e
cd "$(dirname "$0")"
. ../../tools.sh
need_zig; need_wit_bindgen; need_wasm_tools

mkdir -p build
"$WIT_BINDGEN" c ../wit/visitors.wit --world counter --out-dir build
"$ZIG" cc --target=wasm32-wasi -mexec-model=reactor -Oz -Wall -Werror -s -Ibuild \
  visits.c build/counter.c build/counter_component_type.o -o build/core.wasm
"$WASM_TOOLS" component new build/core.wasm -o visits.wasm
ls -l visits.wasm
