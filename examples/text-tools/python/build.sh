#!/bin/bash
# tool.py -> tool.wasm, with Python in it: 18 MB, so it is not committed. Needs componentize-py: see ../../README.md.
set -e
cd "$(dirname "$0")"
. ../../tools.sh
need COMPONENTIZE_PY componentize-py "pip install componentize-py==0.25.1"

"$COMPONENTIZE_PY" --wit-path ../wit/text-1.0.wit --world plain-tool componentize tool --output tool.wasm
ls -l tool.wasm
