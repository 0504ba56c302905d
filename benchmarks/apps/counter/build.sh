#!/bin/bash
# The counter of examples/visitors, in Rust, on the store without a name -> visits.wasm: wasmtime has no store "default", nor one of any other
# name. Needs Debian's Rust and wasm-tools: see ../../../examples/README.md.
set -e
cd "$(dirname "$0")"
. ../../../examples/tools.sh
need_rust; need_wasm_tools

visitors=$EXAMPLES/visitors
mkdir -p build/src
sed 's/open("default")/open("")/' "$visitors/rust/src/lib.rs" >build/src/lib.rs
grep -q 'open("")' build/src/lib.rs
sed "s|\"../wit/visitors.wit\"|\"$visitors/wit/visitors.wit\"|" -i build/src/lib.rs
sed -e 's/version.workspace = true/version = "0.1.0"/' -e 's/edition.workspace = true/edition = "2024"/' -e '/license.workspace/d' \
  -e 's/wit-bindgen.workspace = true/wit-bindgen = "0.63.0"/' "$visitors/rust/Cargo.toml" >build/Cargo.toml
sed -n '/^\[profile.release\]/,/^$/p' "$EXAMPLES/Cargo.toml" | cat <(printf '\n[workspace]\n\n') - >>build/Cargo.toml
cp "$EXAMPLES/Cargo.lock" build/Cargo.lock
(cd build && CARGO_TARGET_DIR=$EXAMPLES/build/counter "$CARGO" build -q --target wasm32-unknown-unknown --release -Zbuild-std=std,panic_abort -Zbuild-std-features=)
"$WASM_TOOLS" component new "$EXAMPLES/build/counter/wasm32-unknown-unknown/release/visits.wasm" -o visits.wasm
ls -l visits.wasm
