#!/bin/bash
# src/lib.rs -> hello-p3.wasm. Needs Debian's Rust and wasm-tools: see ../../../examples/README.md.
set -e
cd "$(dirname "$0")"
. ../../../examples/tools.sh
need_rust; need_wasm_tools

"$CARGO" build -q --target wasm32-unknown-unknown --release -Zbuild-std=std,panic_abort -Zbuild-std-features=
"$WASM_TOOLS" component new "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/hello_p3.wasm" -o hello-p3.wasm
ls -l hello-p3.wasm
