#!/bin/bash
# c/faults.c -> faults.c.wasm, rust/src/lib.rs -> faults.rust.wasm, with debug information.
# Needs clang-19 and wasi-libc, wit-bindgen, Debian's Rust, wasm-tools: see ../README.md.
set -e
cd "$(dirname "$0")"
. ../tools.sh
need CLANG clang-19 "apt-get install --no-install-recommends clang-19 lld-19 wasi-libc"; need_wit_bindgen; need_rust; need_wasm_tools

mkdir -p build
"$WIT_BINDGEN" c ../wit/faults.wit --world faults --out-dir build >/dev/null
# Debian's libc has no debug information of its own (zig's has, 600 KB of it), and only our file is compiled with it.
flags=(--target=wasm32-wasi -Wall -Werror)
"$CLANG" "${flags[@]}" -O1 -g -ffile-prefix-map="$PWD=examples/trap" -c c/faults.c -o build/impl.o
"$CLANG" "${flags[@]}" -Oz -c build/faults.c -o build/bindings.o
"$CLANG" "${flags[@]}" -mexec-model=reactor -nodefaultlibs build/impl.o build/bindings.o build/faults_component_type.o -lc -o build/core.wasm
"$WASM_TOOLS" component new build/core.wasm -o faults.c.wasm

core=$(cargo_wasm faults wasm32-unknown-unknown debugging)
"$WASM_TOOLS" component new "$core" -o faults.rust.wasm
ls -l ./*.wasm
