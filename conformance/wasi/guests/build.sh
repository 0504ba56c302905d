#!/bin/bash
# wasi-0.*/examples/*.rs -> programs/*.wasm, and the components that list every function. Needs Debian's Rust and wasm-tools:
# see ../../../examples/README.md. With the names of programs (0.2/io): only those.
set -e
cd "$(dirname "$0")"
. ../../../examples/tools.sh
need_rust; need_wasm_tools
export CARGO_TARGET_DIR=$PWD/build
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS --remap-path-prefix=$PWD=guests"

# The WIT texts, as the crates of the Bytecode Alliance bring them; what is in 0.3.2 is in 0.3.0.
crate() { "$CARGO" metadata --format-version 1 | python3 -c "import json, os, sys; print(*[os.path.dirname(p['manifest_path']) for p in json.load(sys.stdin)['packages'] if p['name'] == '$1'])"; }
for version in 0.2:wasip2 0.3:wasip3; do
  folder=build/wit/${version%:*}
  mkdir -p "$folder/deps" programs
  cp "wit/${version%:*}.wit" "$folder/guests.wit"
  for text in "$(crate "${version#*:}")"/wit/deps/*.wit; do sed 's/0\.3\.2/0.3.0/g' "$text" >"$folder/deps/$(basename "$text")"; done
done

for version in 0.2 0.3; do
  for source in "wasi-$version"/examples/*.rs; do
    name=$(basename "$source" .rs)
    [ $# -eq 0 ] || [[ " $* " == *" $version/$name "* ]] || continue
    "$CARGO" build -q --package "guests-${version/./-}" --example "$name" --target wasm32-unknown-unknown --release \
      -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size
    "$WASM_TOOLS" component new "build/wasm32-unknown-unknown/release/examples/${name//-/_}.wasm" -o "programs/$name-$version.wasm"
  done
  "$WASM_TOOLS" component embed --dummy --all-features --world everything "build/wit/$version" -o build/everything.wasm
  "$WASM_TOOLS" component new build/everything.wasm -o build/everything-$version.wasm
  "$WASM_TOOLS" strip --all build/everything-$version.wasm -o "programs/everything-$version.wasm"
done
ls -l programs
