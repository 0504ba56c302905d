;; Calls the measured component from another one, in loops, so that only component-to-component calls are measured.
(module
  (import "tenon:bench/ops@0.1.0" "add" (func $add (param i32 i32) (result i32)))
  (import "tenon:bench/ops@0.1.0" "echo" (func $echo (param i32 i32 i32)))
  (import "tenon:bench/ops@0.1.0" "sum" (func $sum (param i32 i32) (result i64)))
  (import "tenon:bench/ops@0.1.0" "recs" (func $recs (param i32 i32) (result i32)))
  (import "tenon:bench/ops@0.1.0" "[constructor]cell" (func $new-cell (param i32) (result i32)))
  (import "tenon:bench/ops@0.1.0" "[method]cell.add" (func $add-to-cell (param i32 i32) (result i32)))
  (import "tenon:bench/ops@0.1.0" "[resource-drop]cell" (func $drop-cell (param i32)))
  (import "tenon:bench/ops@0.1.0" "pass" (func $pass (param i32) (result i32)))
  (import "tenon:bench/ops@0.1.0" "total" (func $total (param i32 i32) (result i32)))
  (memory (export "memory") 200)
  ;; arguments are laid out from 4096 on; results come above 8 MiB
  (global $top (mut i32) (i32.const 8388608))

  (func (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and
      (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $top (i32.add (local.get $at) (local.get $size)))
    (local.get $at))

  (func (export "run-add") (param $times i32) (result i32)
    (local $sum i32)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (call $add (local.get $sum) (i32.const 3)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-echo") (param $times i32) (param $length i32) (result i32)
    (local $sum i32)
    (memory.fill (i32.const 4096) (i32.const 0x61) (local.get $length))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (call $echo (i32.const 4096) (local.get $length) (i32.const 16))
        (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 20))))
        (global.set $top (i32.const 8388608))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-sum") (param $times i32) (param $length i32) (result i64)
    (local $sum i64)
    (memory.fill (i32.const 4096) (i32.const 1) (i32.shl (local.get $length) (i32.const 2)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (i64.add (local.get $sum) (call $sum (i32.const 4096) (local.get $length))))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-recs") (param $times i32) (param $length i32) (result i32)
    (local $sum i32) (local $i i32) (local $at i32)
    ;; every name is the same 24 bytes
    (memory.fill (i32.const 1024) (i32.const 0x62) (i32.const 24))
    (local.set $at (i32.const 4096))
    (block $filled
      (loop $fill
        (br_if $filled (i32.ge_u (local.get $i) (local.get $length)))
        (i32.store (local.get $at) (local.get $i))
        (i32.store offset=4 (local.get $at) (i32.const 1024))
        (i32.store offset=8 (local.get $at) (i32.const 24))
        (local.set $at (i32.add (local.get $at) (i32.const 12)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $fill)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (i32.add (local.get $sum) (call $recs (i32.const 4096) (local.get $length))))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-cell") (param $times i32) (result i32)
    (local $cell i32) (local $sum i32)
    (local.set $cell (call $new-cell (i32.const 0)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (call $add-to-cell (local.get $cell) (i32.const 3)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (call $drop-cell (local.get $cell))
    (local.get $sum))

  (func (export "run-make") (param $times i32) (result i32)
    (local $sum i32)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (call $drop-cell (call $new-cell (local.get $times)))
        (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-pass") (param $times i32) (result i32)
    (local $cell i32) (local $sum i32)
    (local.set $cell (call $new-cell (i32.const 7)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $cell (call $pass (local.get $cell)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.set $sum (call $add-to-cell (local.get $cell) (i32.const 0)))
    (call $drop-cell (local.get $cell))
    (local.get $sum))

  (func (export "run-total") (param $times i32) (param $length i32) (result i32)
    (local $sum i32) (local $i i32) (local $end i32)
    (local.set $end (i32.add (i32.const 4096) (i32.shl (local.get $length) (i32.const 2))))
    (local.set $i (i32.const 4096))
    (block $filled
      (loop $fill
        (br_if $filled (i32.ge_u (local.get $i) (local.get $end)))
        (i32.store (local.get $i) (call $new-cell (i32.const 5)))
        (local.set $i (i32.add (local.get $i) (i32.const 4)))
        (br $fill)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (i32.add (local.get $sum) (call $total (i32.const 4096) (local.get $length))))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.set $i (i32.const 4096))
    (block $dropped
      (loop $drop
        (br_if $dropped (i32.ge_u (local.get $i) (local.get $end)))
        (call $drop-cell (i32.load (local.get $i)))
        (local.set $i (i32.add (local.get $i) (i32.const 4)))
        (br $drop)))
    (local.get $sum)))
