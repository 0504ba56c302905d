#!/bin/bash
# src/main.rs -> grants.wasm: a command for WASI 0.2. Needs Debian's Rust and wasi-libc, wasm-tools, npm: see ../README.md.
set -e
cd "$(dirname "$0")"
. ../tools.sh
need_rust; need_wasm_tools

core=$(cargo_wasm grants wasm32-wasip1 release)
"$WASM_TOOLS" component new "$core" --adapt "$(adapter command)" -o grants.wasm
ls -l grants.wasm
