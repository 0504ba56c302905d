;; Calls each function of `forms` in a loop.
(module
  (import "tenon:bench/forms@0.1.0" "amend" (func $amend (param i64 i32 i32 i32 f64 i32 i32 i32)))
  (import "tenon:bench/forms@0.1.0" "vary" (func $vary (param i32 i64 i32 i32)))
  (import "tenon:bench/forms@0.1.0" "maybe" (func $maybe (param i32 i32 i32 i32 i32 i32)))
  (import "tenon:bench/forms@0.1.0" "read" (func $read (param i32 i32)))
  (import "tenon:bench/forms@0.1.0" "wide"
    (func $wide (param i32 i32 i32 i32 i32 i32 i64 i64 f32 f64 i32 i32 i32 i32 i32 i32) (result i64)))
  (import "tenon:bench/forms@0.1.0" "wider" (func $wider (param i32) (result i64)))
  (import "tenon:bench/forms@0.1.0" "paint" (func $paint (param i32 i32 i32)))
  (import "tenon:bench/forms@0.1.0" "points" (func $points (param i32 i32) (result f64)))
  (import "tenon:bench/forms@0.1.0" "pairs" (func $pairs (param i32 i32) (result i32)))
  (import "tenon:bench/forms@0.1.0" "names" (func $names (param i32 i32 i32)))
  (import "tenon:bench/forms@0.1.0" "rows" (func $rows (param i32 i32) (result i64)))
  (import "tenon:bench/forms@0.1.0" "values" (func $values (param i32 i32) (result i32)))
  (import "tenon:bench/forms@0.1.0" "options" (func $options (param i32 i32) (result i32)))
  (import "tenon:bench/forms@0.1.0" "tree" (func $tree (param i32 i32 i32)))
  ;; results are at 64, text at 1024, arguments from 4096 on, what comes back above 1 MiB
  (memory (export "memory") 40)
  (data (i32.const 1024) "a name of twenty-four b.")
  (global $top (mut i32) (i32.const 1048576))
  (func (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and
      (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $top (i32.add (local.get $at) (local.get $size)))
    (local.get $at))
  (func $put (param $at i32) (param $text i32) (param $length i32)
    (i32.store (local.get $at) (local.get $text))
    (i32.store offset=4 (local.get $at) (local.get $length)))

  (func (export "run-amend") (param $times i32) (result i32)
    (local $sum i32)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (call $amend (i64.const 1234567890123) (i32.const 1024) (i32.const 24) (i32.const 1) (f64.const 99.5) (i32.const 3)
          (i32.const 0x41) (i32.const 64))
        (local.set $sum (i32.add (local.get $sum) (i32.add (i32.load offset=76 (i32.const 0)) (i32.load offset=100 (i32.const 0)))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-vary") (param $times i32) (result i32)
    (local $sum i32) (local $case i32)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $case (i32.and (local.get $times) (i32.const 3)))
        (call $vary (local.get $case)
          (select (i64.const 1024) (i64.const 7) (i32.eq (local.get $case) (i32.const 2)))
          (i32.const 24) (i32.const 64))
        (local.set $sum (i32.add (local.get $sum) (i32.load8_u (i32.const 64))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-maybe") (param $times i32) (result i32)
    (local $sum i32)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (call $maybe (i32.and (local.get $times) (i32.const 1)) (i32.const 1024) (i32.const 24) (i32.const 1) (i32.const 6) (i32.const 64))
        (if (i32.load8_u (i32.const 64))
          (then (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 72))))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-read") (param $times i32) (param $length i32) (result i32)
    (local $sum i32)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (call $read (local.get $length) (i32.const 64))
        (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 72))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-wide") (param $times i32) (result i32)
    (local $sum i32)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (i32.add (local.get $sum) (i32.wrap_i64 (call $wide
          (i32.const 1) (i32.const -2) (i32.const 3) (i32.const -4) (i32.const 5) (i32.const -6) (i64.const 7) (i64.const -8)
          (f32.const 9.5) (f64.const 10.5) (i32.const 0x20ac) (i32.const 1) (i32.const 2) (i32.const 5) (i32.const 15) (local.get $times)))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-wider") (param $times i32) (result i32)
    (local $sum i32)
    ;; b, d, e, g, h and i; all else is 0
    (call $put (i32.const 128) (i32.const 1024) (i32.const 24))
    (i32.store8 (i32.const 136) (i32.const 200))
    (i32.store (i32.const 140) (i32.const 70000))
    (i64.store (i32.const 144) (i64.const 5000000000))
    (f64.store (i32.const 160) (f64.const 2.5))
    (i32.store8 (i32.const 168) (i32.const 1))
    (i32.store (i32.const 172) (i32.const 0x1f600))
    (call $put (i32.const 200) (i32.const 1024) (i32.const 8))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (i32.add (local.get $sum) (i32.wrap_i64 (call $wider (i32.const 128)))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-paint") (param $times i32) (result i32)
    (local $sum i32)
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (call $paint (i32.const 2) (i32.const 5) (i32.const 64))
        (local.set $sum (i32.add (local.get $sum) (i32.add (i32.load8_u (i32.const 64)) (i32.load8_u (i32.const 65)))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-points") (param $times i32) (param $length i32) (result i32)
    (local $sum i32) (local $i i32) (local $at i32) (local $end i32)
    (local.set $at (i32.const 4096))
    (local.set $end (i32.add (local.get $at) (i32.mul (local.get $length) (i32.const 16))))
    (block $filled
      (loop $fill
        (br_if $filled (i32.ge_u (local.get $at) (local.get $end)))
        (i32.store (local.get $at) (local.get $i))
        (f64.store offset=8 (local.get $at) (f64.const 1.5))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $fill)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (i32.add (local.get $sum) (i32.trunc_sat_f64_u (call $points (i32.const 4096) (local.get $length)))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-pairs") (param $times i32) (param $length i32) (result i32)
    (local $sum i32) (local $i i32) (local $at i32) (local $end i32)
    (local.set $at (i32.const 4096))
    (local.set $end (i32.add (local.get $at) (i32.mul (local.get $length) (i32.const 8))))
    (block $filled
      (loop $fill
        (br_if $filled (i32.ge_u (local.get $at) (local.get $end)))
        (i32.store (local.get $at) (i32.const 0x20ac))
        (i32.store8 offset=4 (local.get $at) (i32.and (local.get $i) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $fill)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (i32.add (local.get $sum) (call $pairs (i32.const 4096) (local.get $length))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-names") (param $times i32) (param $length i32) (result i32)
    (local $sum i32) (local $i i32) (local $at i32) (local $end i32)
    (local.set $at (i32.const 4096))
    (local.set $end (i32.add (local.get $at) (i32.mul (local.get $length) (i32.const 8))))
    (block $filled
      (loop $fill
        (br_if $filled (i32.ge_u (local.get $at) (local.get $end)))
        (call $put (local.get $at) (i32.const 1024) (i32.const 24))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $fill)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (call $names (i32.const 4096) (local.get $length) (i32.const 64))
        (local.set $sum (i32.add (local.get $sum) (i32.load offset=4 (i32.load (i32.const 64)))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-rows") (param $times i32) (param $length i32) (result i32)
    (local $sum i32) (local $i i32) (local $at i32) (local $end i32)
    ;; all rows are the same ten numbers
    (memory.fill (i32.const 2048) (i32.const 1) (i32.const 40))
    (local.set $at (i32.const 4096))
    (local.set $end (i32.add (local.get $at) (i32.mul (local.get $length) (i32.const 8))))
    (block $filled
      (loop $fill
        (br_if $filled (i32.ge_u (local.get $at) (local.get $end)))
        (call $put (local.get $at) (i32.const 2048) (i32.const 10))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $fill)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (i32.add (local.get $sum) (i32.wrap_i64 (call $rows (i32.const 4096) (local.get $length)))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-values") (param $times i32) (param $length i32) (result i32)
    (local $sum i32) (local $i i32) (local $at i32) (local $end i32)
    (local.set $at (i32.const 4096))
    (local.set $end (i32.add (local.get $at) (i32.mul (local.get $length) (i32.const 16))))
    (block $filled
      (loop $fill
        (br_if $filled (i32.ge_u (local.get $at) (local.get $end)))
        (i32.store8 (local.get $at) (i32.and (local.get $i) (i32.const 3)))
        (call $put (i32.add (local.get $at) (i32.const 8)) (i32.const 1024) (i32.const 24))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $fill)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (i32.add (local.get $sum) (call $values (i32.const 4096) (local.get $length))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-options") (param $times i32) (param $length i32) (result i32)
    (local $sum i32) (local $i i32) (local $at i32) (local $end i32)
    (local.set $at (i32.const 4096))
    (local.set $end (i32.add (local.get $at) (i32.mul (local.get $length) (i32.const 8))))
    (block $filled
      (loop $fill
        (br_if $filled (i32.ge_u (local.get $at) (local.get $end)))
        (i32.store8 (local.get $at) (i32.and (local.get $i) (i32.const 1)))
        (i32.store offset=4 (local.get $at) (local.get $i))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $fill)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (i32.add (local.get $sum) (call $options (i32.const 4096) (local.get $length))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum))

  (func (export "run-tree") (param $times i32) (param $length i32) (result i32)
    (local $sum i32) (local $i i32) (local $at i32) (local $end i32)
    ;; all nodes have the same ten spans and three tags
    (local.set $at (i32.const 2048))
    (block $spans
      (loop $span
        (br_if $spans (i32.ge_u (local.get $at) (i32.const 2168)))
        (i32.store (local.get $at) (local.get $at))
        (call $put (i32.add (local.get $at) (i32.const 4)) (i32.const 1024) (i32.const 24))
        (local.set $at (i32.add (local.get $at) (i32.const 12)))
        (br $span)))
    (call $put (i32.const 2304) (i32.const 1024) (i32.const 6))
    (call $put (i32.const 2312) (i32.const 1024) (i32.const 16))
    (call $put (i32.const 2320) (i32.const 1024) (i32.const 9))
    (local.set $at (i32.const 4096))
    (local.set $end (i32.add (local.get $at) (i32.mul (local.get $length) (i32.const 32))))
    (block $filled
      (loop $fill
        (br_if $filled (i32.ge_u (local.get $at) (local.get $end)))
        (call $put (local.get $at) (i32.const 1024) (i32.const 20))
        (call $put (i32.add (local.get $at) (i32.const 8)) (i32.const 2048) (i32.const 10))
        (call $put (i32.add (local.get $at) (i32.const 16)) (i32.const 2304) (i32.const 3))
        (i32.store8 offset=24 (local.get $at) (i32.const 1))
        (i32.store offset=28 (local.get $at) (local.get $i))
        (local.set $at (i32.add (local.get $at) (i32.const 32)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $fill)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (call $tree (i32.const 4096) (local.get $length) (i32.const 64))
        ;; how many there are, and the length of the first span's text
        (local.set $sum (i32.add (local.get $sum) (i32.add (i32.load (i32.const 68))
          (i32.load offset=8 (i32.load offset=8 (i32.load (i32.const 64)))))))
        (global.set $top (i32.const 1048576))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (local.get $sum)))
