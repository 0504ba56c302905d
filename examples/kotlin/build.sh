#!/bin/bash
# src/*.kt -> scoreboard.wasm, a WasmGC component. Needs Java 17, Maven, wasm-tools, npm: see ../README.md.
set -e
cd "$(dirname "$0")"
. ../tools.sh
need_wasm_tools
need JAVA java "apt-get install default-jre-headless"; need MVN mvn "apt-get install maven"

[ -d build/lib ] || "$MVN" -q -B dependency:copy-dependencies -DoutputDirectory=build/lib
library=$(ls "$PWD"/build/lib/kotlin-stdlib-wasm-wasi-*.klib)
kotlin() { "$JAVA" -Xmx2g -cp 'build/lib/*' org.jetbrains.kotlin.cli.js.K2JSCompiler -Xwasm -Xwasm-target=wasm-wasi "$@"; }

rm -rf build/klib build/core
kotlin -libraries "$library" -Xir-produce-klib-dir -ir-output-dir build/klib -ir-output-name scoreboard src/*.kt
kotlin -libraries "$library:$PWD/build/klib" -Xinclude="$PWD/build/klib" -Xir-produce-js -Xir-dce \
  -Xwasm-use-new-exception-proposal -ir-output-dir build/core -ir-output-name scoreboard

"$WASM_TOOLS" component embed --world provider ../wit/scoreboard.wit build/core/scoreboard.wasm -o build/embedded.wasm
"$WASM_TOOLS" strip build/embedded.wasm -o build/stripped.wasm -d '^name$|^sourceMappingURL$'
"$WASM_TOOLS" component new build/stripped.wasm --adapt "$(adapter reactor)" -o scoreboard.wasm
ls -l scoreboard.wasm
