#!/bin/bash
# visits.js -> visits.wasm, with QuickJS in it. Needs npm, which fetches componentize-qjs.
set -e
cd "$(dirname "$0")"

[ -d build/node_modules ] || npm install --silent --prefix build componentize-qjs@0.4.5
# While it starts the program once, componentize-qjs provides wasi:http itself, with other streams than wasi:io has there, and takes all else of
# WASI away. Under another name of the same length it leaves these interfaces alone; the names are put right afterwards.
for file in ../wit/visitors.wit visits.js; do sed -E 's/wasi:/wasx:/g' "$file" >"build/${file##*/}"; done
build/node_modules/.bin/componentize-qjs --wit build/visitors.wit --world counter --js build/visits.js \
  --sync --opt-size --stub-wasi --output build/visits.wasm
LC_ALL=C sed -E 's/wasx:/wasi:/g' build/visits.wasm >visits.wasm
ls -l visits.wasm
