#!/bin/bash
# c/hello.c -> hello.c.wasm, rust/src/main.rs -> hello.rust.wasm: commands for WASI 0.2, through the preview 1 adapter.
# Needs zig, Debian's Rust and wasi-libc, wasm-tools, npm: see ../README.md.
set -e
cd "$(dirname "$0")"
. ../tools.sh
need_zig; need_rust; need_wasm_tools

mkdir -p build
"$ZIG" cc --target=wasm32-wasi -Oz -Wall -Werror -s c/hello.c -o build/core.wasm
"$WASM_TOOLS" component new build/core.wasm --adapt "$(adapter command)" -o hello.c.wasm

core=$(cargo_wasm hello wasm32-wasip1 release)
"$WASM_TOOLS" component new "$core" --adapt "$(adapter command)" -o hello.rust.wasm
ls -l ./*.wasm
