#!/bin/bash
# tool.c -> tool.wasm. Needs zig, wit-bindgen, wasm-tools: see ../../README.md.
set -e
cd "$(dirname "$0")"
. ../../tools.sh
need_zig; need_wit_bindgen; need_wasm_tools

mkdir -p build
"$WIT_BINDGEN" c ../wit/text-1.1.wit --world lasting-tool --out-dir build
"$ZIG" cc --target=wasm32-wasi -mexec-model=reactor -Oz -Wall -Werror -s \
  tool.c build/lasting_tool.c build/lasting_tool_component_type.o -o build/core.wasm
"$WASM_TOOLS" component new build/core.wasm -o tool.wasm
ls -l tool.wasm
