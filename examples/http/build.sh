#!/bin/bash
# src/lib.rs -> http-hello.wasm, for WASI 0.2's wasi:http/proxy. Needs Debian's Rust and wasm-tools: see ../README.md.
set -e
cd "$(dirname "$0")"
. ../tools.sh
need_rust; need_wasm_tools

core=$(cargo_wasm http-hello wasm32-unknown-unknown release)
"$WASM_TOOLS" component new "$core" -o http-hello.wasm
ls -l http-hello.wasm
