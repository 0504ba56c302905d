#!/bin/bash
# check.c -> check.wasm. Needs zig, wit-bindgen, wasm-tools: see ../../README.md.
set -e
cd "$(dirname "$0")"
. ../../tools.sh
need_zig; need_wit_bindgen; need_wasm_tools

mkdir -p build
"$WIT_BINDGEN" c ../wit/text-1.0.wit --world checking --out-dir build
"$ZIG" cc --target=wasm32-wasi -mexec-model=reactor -Oz -Wall -Werror -s \
  check.c build/checking.c build/checking_component_type.o -o build/core.wasm
"$WASM_TOOLS" component new build/core.wasm -o check.wasm
ls -l check.wasm
