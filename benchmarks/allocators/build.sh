#!/bin/bash
# Caller and callee in C and in Rust, with the allocators that these languages bring, composed -> *.wasm.
# Needs zig, wit-bindgen, wasm-tools and Debian's Rust: see ../../examples/README.md.
set -e
cd "$(dirname "$0")"
. ../../examples/tools.sh
need_zig; need_wit_bindgen; need_wasm_tools; need_rust
export CARGO_TARGET_DIR=$PWD/build
CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS+=" --remap-path-prefix=$PWD=allocators"

for world in callee caller; do
  "$WIT_BINDGEN" c ../guest/ops.wit --world $world --out-dir build
  "$ZIG" cc --target=wasm32-wasi -mexec-model=reactor -O3 -Wall -Werror -s \
    c/$world.c build/$world.c build/${world}_component_type.o -o build/$world.c.core.wasm
  "$WASM_TOOLS" component new build/$world.c.core.wasm -o build/$world-c.wasm

  "$CARGO" build -q --manifest-path rust/Cargo.toml --package bench-$world --target wasm32-unknown-unknown --release \
    -Zbuild-std=std,panic_abort -Zbuild-std-features=
  "$WASM_TOOLS" component new build/wasm32-unknown-unknown/release/bench_$world.wasm -o build/$world-rust.wasm
done
for pair in c-c rust-c c-rust rust-rust; do
  "$WASM_TOOLS" compose "build/caller-${pair%-*}.wasm" -d "build/callee-${pair#*-}.wasm" -o "$pair.wasm"
done
ls -l ./*.wasm
