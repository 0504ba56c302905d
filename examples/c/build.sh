#!/bin/bash
# scoreboard.c -> scoreboard.wasm. Needs zig, wit-bindgen, wasm-tools: see ../README.md.
set -e
cd "$(dirname "$0")"
. ../tools.sh
need_zig; need_wit_bindgen; need_wasm_tools

mkdir -p build
"$WIT_BINDGEN" c ../wit/scoreboard.wit --world provider --out-dir build
"$ZIG" cc --target=wasm32-wasi -mexec-model=reactor -Oz -Wall -Werror -s \
  scoreboard.c build/provider.c build/provider_component_type.o -o build/core.wasm
"$WASM_TOOLS" component new build/core.wasm -o scoreboard.wasm
ls -l scoreboard.wasm
