;; The measured component. Its allocator only ever moves forward, and is reset when a call is over.
(module
  (import "[export]tenon:bench/ops@0.1.0" "[resource-new]cell" (func $new-cell (param i32) (result i32)))
  (memory (export "memory") 200)
  (global $top (mut i32) (i32.const 65536))
  ;; cells are four bytes each from here on, reused in the order in which they are dropped
  (global $next-cell (mut i32) (i32.const 1024))
  (global $free-cell (mut i32) (i32.const 0))

  (func (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and
      (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $top (i32.add (local.get $at) (local.get $size)))
    (local.get $at))
  (func $reset (global.set $top (i32.const 65536)))

  (func (export "tenon:bench/ops@0.1.0#add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))

  (func (export "tenon:bench/ops@0.1.0#echo") (param $text i32) (param $length i32) (result i32)
    (i32.store (i32.const 16) (local.get $text))
    (i32.store (i32.const 20) (local.get $length))
    (i32.const 16))
  (func (export "cabi_post_tenon:bench/ops@0.1.0#echo") (param i32) (call $reset))

  (func (export "tenon:bench/ops@0.1.0#sum") (param $at i32) (param $count i32) (result i64)
    (local $sum i64) (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sum (i64.add (local.get $sum) (i64.load32_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $more)))
    (call $reset)
    (local.get $sum))

  ;; adds each record's id and the first byte of its name
  (func (export "tenon:bench/ops@0.1.0#recs") (param $at i32) (param $count i32) (result i32)
    (local $sum i32) (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.mul (local.get $count) (i32.const 12))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sum (i32.add (local.get $sum)
          (i32.add (i32.load (local.get $at)) (i32.load8_u (i32.load offset=4 (local.get $at))))))
        (local.set $at (i32.add (local.get $at) (i32.const 12)))
        (br $more)))
    (call $reset)
    (local.get $sum))

  (func (export "tenon:bench/ops@0.1.0#[constructor]cell") (param $value i32) (result i32)
    (local $cell i32)
    (local.set $cell (global.get $free-cell))
    (if (local.get $cell)
      (then (global.set $free-cell (i32.load (local.get $cell))))
      (else
        (local.set $cell (global.get $next-cell))
        (if (i32.ge_u (local.get $cell) (i32.const 65536)) (then (unreachable)))
        (global.set $next-cell (i32.add (local.get $cell) (i32.const 4)))))
    (i32.store (local.get $cell) (local.get $value))
    (call $new-cell (local.get $cell)))
  (func (export "tenon:bench/ops@0.1.0#[dtor]cell") (param $cell i32)
    (i32.store (local.get $cell) (global.get $free-cell))
    (global.set $free-cell (local.get $cell)))
  (func (export "tenon:bench/ops@0.1.0#[method]cell.add") (param $cell i32) (param $more i32) (result i32)
    (i32.store (local.get $cell) (i32.add (i32.load (local.get $cell)) (local.get $more)))
    (i32.load (local.get $cell)))
  (func (export "tenon:bench/ops@0.1.0#pass") (param $cell i32) (result i32)
    (local.get $cell))
  (func (export "tenon:bench/ops@0.1.0#total") (param $at i32) (param $count i32) (result i32)
    (local $sum i32) (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sum (i32.add (local.get $sum) (i32.load (i32.load (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $more)))
    (call $reset)
    (local.get $sum)))
