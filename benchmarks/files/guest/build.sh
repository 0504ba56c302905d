#!/bin/bash
# src/lib.rs -> files.wasm. Needs Debian's Rust and wasm-tools: see examples/README.md.
set -e
cd "$(dirname "$0")"
. ../../../examples/tools.sh
need_rust; need_wasm_tools

"$CARGO" build -q --target wasm32-unknown-unknown --release -Zbuild-std=std,panic_abort -Zbuild-std-features=
"$WASM_TOOLS" component new "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/files.wasm" -o files.wasm
ls -l files.wasm
