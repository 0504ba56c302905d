#!/bin/bash
# src/lib.rs -> visits.wasm. Needs Debian's Rust and wasm-tools: see ../../README.md.
set -e
cd "$(dirname "$0")"
. ../../tools.sh
need_rust; need_wasm_tools

core=$(cargo_wasm visits wasm32-unknown-unknown release)
"$WASM_TOOLS" component new "$core" -o visits.wasm
ls -l visits.wasm
