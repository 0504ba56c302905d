#!/bin/bash
# tool.js -> tool.wasm, with QuickJS in it. Needs npm, which fetches componentize-qjs.
set -e
cd "$(dirname "$0")"

[ -d build/node_modules ] || npm install --silent --prefix build componentize-qjs@0.4.5
# WASI is stubbed: the component imports nothing
build/node_modules/.bin/componentize-qjs --wit ../wit/text-1.1.wit --world lasting-tool --js tool.js \
  --sync --opt-size --stub-wasi --output tool.wasm
ls -l tool.wasm
