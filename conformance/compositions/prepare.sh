#!/bin/bash
# Fills a folder with compositions for scripts/slow/compositions.test.ts: conformance/compositions/prepare.sh folder. Nothing of it is committed
# but what is ours. Needs wasm-tools and wac (cargo install wac-cli). What is not given is left out:
#   JCO   a checkout of jco: compositions among its fixtures
#   JSCO  a checkout of jsco: its compositions; its components of WASI 0.2 in Rust, built and composed in many ways. Needs Debian's Rust.
set -e
out=$(mkdir -p "${1:?folder}" && cd "$1" && pwd)
cd "$(dirname "$0")"
here=$PWD
. ../../examples/tools.sh
need_wasm_tools
need WAC wac "cargo install wac-cli"

# The examples, by both tools.
for language in c rust javascript; do
  "$WASM_TOOLS" compose ../../examples/caller/caller.wasm -d ../../examples/$language/scoreboard.wasm -o "$out/caller-$language.compose.wasm"
  "$WAC" plug ../../examples/caller/caller.wasm --plug ../../examples/$language/scoreboard.wasm -o "$out/caller-$language.plug.wasm"
done

if [ -n "$JCO" ]; then cp "$JCO"/packages/jco/test/fixtures/components/*.composed.wasm "$out"; fi

[ -n "$JSCO" ] || exit 0
need_rust
adapter=$(adapter reactor)
parts=$out/parts build=$out/build
mkdir -p "$parts" "$build/rust/wit"
cp -r "$JSCO"/wit "$build"
cp -r "$JSCO"/integration-tests/{consumer,forwarder,implementer}-p2 "$build/rust"
cat >"$build/rust/Cargo.toml" <<'END'
[workspace]
resolver = "2"
members = ["consumer-p2", "forwarder-p2", "implementer-p2"]
[workspace.dependencies]
wit-bindgen-rt = "0.44.0"
END
export CARGO_TARGET_DIR=$build/target
export CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS="-C link-self-contained=no -L/usr/lib/wasm32-wasi -C link-arg=/usr/lib/wasm32-wasi/crt1-reactor.o"
compile() { # compile package target options...
  (cd "$build/rust" && "$CARGO" build -q --release --package "$1" --target "$2" -Zbuild-std=std,panic_abort -Zbuild-std-features=)
  "$WASM_TOOLS" component new "$CARGO_TARGET_DIR/$2/release/${1//-/_}.wasm" "${@:3}" -o "$parts/$1.wasm"
  "$WASM_TOOLS" strip "$parts/$1.wasm" -o "$parts/$1.wasm"
}
compile consumer-p2 wasm32-wasip1 --adapt "$adapter"
compile forwarder-p2 wasm32-wasip1 --adapt "$adapter"
compile implementer-p2 wasm32-unknown-unknown

mkdir -p "$build/stub"
cp "$JSCO"/wit/jsco-*.wit "$build/stub"
echo 'package jsco:test@0.1.0; world stub { export logger; export counter; export echo-resources; }' >"$build/stub/stub.wit"
"$WASM_TOOLS" component embed "$build/stub" --world stub "$here/stub.wat" -o "$build/stub.wasm"
"$WASM_TOOLS" component new "$build/stub.wasm" -o "$parts/stub.wasm"

# The interfaces of $1 that a part takes from another, in wac's words.
from() { # from instance interfaces...
  for interface in "${@:2}"; do echo "  \"jsco:test/$interface@0.1.0\": $1[\"jsco:test/$interface@0.1.0\"],"; done
}
echo=(echo-primitives echo-compound echo-algebraic echo-complex)
# All but WASI comes from the stub and the implementer: its standard input and output panic.
compose() { # compose name wac...
  cat >"$build/$1.wac" <<END
package tenon:composition;
let stub = new jsco:stub { ... };
let implementer = new jsco:implementer-p2 { ... };
${@:2}
END
  local dependencies=()
  for part in "$parts"/*.wasm; do dependencies+=(--dep "jsco:$(basename "$part" .wasm)=$part"); done
  "$WAC" compose "$build/$1.wac" "${dependencies[@]}" -o "$out/$1.wasm"
}
# How the consumer is run, and what we wire one to another without composing: files after those that they import from.
setting() { # setting name parts...
  local list
  list=$(printf '"parts/%s.wasm", ' "${@:2}")
  echo "{ \"args\": [\"one\"], \"env\": { \"TEST_SPECIAL\": \"hello=world 🌍\", \"JSCO_TEST_MODE\": \"fake\" }, \"parts\": [${list%, }] }" >"$out/$1.json"
}

# The consumer calls every function and prints what it found.
consumer="let consumer = new jsco:consumer-p2 {
$(from stub logger counter echo-resources)
$(from provider "${echo[@]}")
  ... };
export consumer...;"
compose jsco-consumer-implementer "let provider = new jsco:implementer-p2 { ... }; $consumer"
setting jsco-consumer-implementer stub implementer-p2 consumer-p2
for file in "$JSCO"/integration-tests/compositions/*forwarder*.wasm "$parts/forwarder-p2.wasm"; do
  name=$(basename "$file" .wasm)
  case $name in *p3*) continue ;; esac
  [ "$name" = forwarder-p2 ] || cp "$file" "$parts/$name.wasm"
  arguments=$(from stub logger)
  case $name in *implementer*) ;; *) arguments+=$(from implementer "${echo[@]}") ;; esac
  provider="let provider = new jsco:$name {
$arguments
  ... };"
  compose "jsco-$name" "$provider export provider...;"
  compose "jsco-consumer-$name" "$provider $consumer"
  setting "jsco-consumer-$name" stub implementer-p2 "$name" consumer-p2
done
