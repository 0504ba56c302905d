;; Functions of many types that do as little as they can: what is measured is the way there and back.
(module
  (memory (export "memory") 40)
  (global $top (mut i32) (i32.const 65536))
  (func (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and
      (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $top (i32.add (local.get $at) (local.get $size)))
    (local.get $at))
  (func $reset (global.set $top (i32.const 65536)))
  ;; results that do not fit in one core value are at 64; a list or string that was given is handed back where it is
  (func $list (param $at i32) (param $count i32) (result i32)
    (i32.store (i32.const 64) (local.get $at))
    (i32.store (i32.const 68) (local.get $count))
    (i32.const 64))

  (func (export "tenon:bench/forms@0.1.0#amend")
    (param $id i64) (param $name i32) (param $length i32) (param $open i32) (param $balance f64) (param $kind i32) (param $initial i32) (result i32)
    (i64.store (i32.const 64) (local.get $id))
    (i32.store (i32.const 72) (local.get $name))
    (i32.store (i32.const 76) (local.get $length))
    (i32.store8 (i32.const 80) (local.get $open))
    (f64.store (i32.const 88) (local.get $balance))
    (i32.store8 (i32.const 96) (local.get $kind))
    (i32.store (i32.const 100) (local.get $initial))
    (i32.const 64))
  (func (export "cabi_post_tenon:bench/forms@0.1.0#amend") (param i32) (call $reset))

  (func (export "tenon:bench/forms@0.1.0#vary") (param $case i32) (param $a i64) (param $b i32) (result i32)
    (i32.store8 (i32.const 64) (local.get $case))
    (if (i32.eq (local.get $case) (i32.const 3))
      (then
        (i32.store8 (i32.const 72) (i32.wrap_i64 (local.get $a)))
        (i32.store16 (i32.const 74) (local.get $b)))
      (else
        (i64.store (i32.const 72) (local.get $a))
        (if (i32.eq (local.get $case) (i32.const 2)) (then (i32.store (i32.const 76) (local.get $b))))))
    (i32.const 64))
  (func (export "cabi_post_tenon:bench/forms@0.1.0#vary") (param i32) (call $reset))

  ;; none for none, otherwise some(length + limit)
  (func (export "tenon:bench/forms@0.1.0#maybe")
    (param $some i32) (param $text i32) (param $length i32) (param $limited i32) (param $limit i32) (result i32)
    (i32.store8 (i32.const 64) (local.get $some))
    (i64.store (i32.const 72) (i64.extend_i32_u (i32.add (local.get $length) (local.get $limit))))
    (call $reset) (i32.const 64))

  ;; ok with so many bytes, of whatever they are
  (func (export "tenon:bench/forms@0.1.0#read") (param $length i32) (result i32)
    (i32.store8 (i32.const 64) (i32.const 0))
    (i32.store (i32.const 68) (i32.const 65536))
    (i32.store (i32.const 72) (local.get $length))
    (i32.const 64))

  (func (export "tenon:bench/forms@0.1.0#wide")
    (param $a i32) (param $b i32) (param $c i32) (param $d i32) (param $e i32) (param $f i32) (param $g i64) (param $h i64)
    (param $i f32) (param $j f64) (param $k i32) (param $l i32) (param $m i32) (param $n i32) (param $o i32) (param $p i32) (result i64)
    (i64.add (local.get $g) (i64.extend_i32_u (i32.add (i32.add (local.get $a) (local.get $k)) (local.get $p)))))

  ;; the lengths of the two strings
  (func (export "tenon:bench/forms@0.1.0#wider") (param $at i32) (result i64)
    (call $reset)
    (i64.extend_i32_u (i32.add (i32.load offset=4 (local.get $at)) (i32.load offset=76 (local.get $at)))))

  (func (export "tenon:bench/forms@0.1.0#paint") (param $color i32) (param $rights i32) (result i32)
    (i32.store8 (i32.const 64) (local.get $color))
    (i32.store8 (i32.const 65) (local.get $rights))
    (i32.const 64))

  ;; the sum of the second fields
  (func (export "tenon:bench/forms@0.1.0#points") (param $at i32) (param $count i32) (result f64)
    (local $sum f64) (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 4))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sum (f64.add (local.get $sum) (f64.load offset=8 (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more)))
    (call $reset) (local.get $sum))

  ;; how many are true
  (func (export "tenon:bench/forms@0.1.0#pairs") (param $at i32) (param $count i32) (result i32)
    (local $sum i32) (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 3))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sum (i32.add (local.get $sum) (i32.load8_u offset=4 (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $more)))
    (call $reset) (local.get $sum))

  (func (export "tenon:bench/forms@0.1.0#names") (param $at i32) (param $count i32) (result i32)
    (call $list (local.get $at) (local.get $count)))
  (func (export "cabi_post_tenon:bench/forms@0.1.0#names") (param i32) (call $reset))

  ;; the sum of the first of each row
  (func (export "tenon:bench/forms@0.1.0#rows") (param $at i32) (param $count i32) (result i64)
    (local $sum i64) (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 3))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sum (i64.add (local.get $sum) (i64.load32_u (i32.load (local.get $at)))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $more)))
    (call $reset) (local.get $sum))

  ;; the sum of the cases
  (func (export "tenon:bench/forms@0.1.0#values") (param $at i32) (param $count i32) (result i32)
    (local $sum i32) (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 4))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $more)))
    (call $reset) (local.get $sum))

  ;; how many are some
  (func (export "tenon:bench/forms@0.1.0#options") (param $at i32) (param $count i32) (result i32)
    (local $sum i32) (local $end i32)
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 3))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $more)))
    (call $reset) (local.get $sum))

  (func (export "tenon:bench/forms@0.1.0#tree") (param $at i32) (param $count i32) (result i32)
    (call $list (local.get $at) (local.get $count)))
  (func (export "cabi_post_tenon:bench/forms@0.1.0#tree") (param i32) (call $reset)))
