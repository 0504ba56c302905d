;; An item is a word of memory; free ones are linked.
(module
  (import "[export]tenon:soak/items@0.1.0" "[resource-new]item" (func $new (param i32) (result i32)))
  (memory (export "memory") 2)
  (global $number (mut i32) (i32.const 0))
  (global $alive (mut i32) (i32.const 0))
  (global $next (mut i32) (i32.const 1024))
  (global $free (mut i32) (i32.const 0))

  (func (export "set-number") (param i32) (global.set $number (local.get 0)))
  (func (export "alive") (result i32) (global.get $alive))

  (func (export "tenon:soak/items@0.1.0#[constructor]item") (param $value i32) (result i32)
    (local $item i32)
    (local.set $item (global.get $free))
    (if (local.get $item)
      (then (global.set $free (i32.load (local.get $item))))
      (else
        (local.set $item (global.get $next))
        (global.set $next (i32.add (local.get $item) (i32.const 4)))))
    (global.set $alive (i32.add (global.get $alive) (i32.const 1)))
    (i32.store (local.get $item) (local.get $value))
    (call $new (local.get $item)))
  (func (export "tenon:soak/items@0.1.0#[dtor]item") (param $item i32)
    (i32.store (local.get $item) (global.get $free))
    (global.set $free (local.get $item))
    (global.set $alive (i32.sub (global.get $alive) (i32.const 1))))
  (func (export "tenon:soak/items@0.1.0#[method]item.add") (param $item i32) (param $more i32) (result i64)
    (i32.store (local.get $item) (i32.add (i32.load (local.get $item)) (local.get $more)))
    (i64.or
      (i64.shl (i64.extend_i32_u (global.get $number)) (i64.const 32))
      (i64.load32_u (local.get $item)))))
