;; Sends text, in the encoding that it is built for: `$wide` is 1 for UTF-16 (build.sh puts it in) and says how long a code unit is.
;; In latin1+utf16 the highest bit of a length does.
(module
  (import "tenon:bench/text@0.1.0" "echo" (func $echo (param i32 i32 i32)))
  (memory (export "memory") 40)
  (global $wide i32 (i32.const 0 (;wide;)))
  (global $top (mut i32) (i32.const 65536))
  (func $realloc (export "cabi_realloc") (param $old i32) (param $old-size i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (if (i32.and (i32.ne (local.get $old-size) (i32.const 0)) (i32.le_u (local.get $size) (local.get $old-size)))
      (then (return (local.get $old))))
    (if (i32.and (i32.ne (local.get $old-size) (i32.const 0))
                 (i32.eq (i32.add (local.get $old) (local.get $old-size)) (global.get $top)))
      (then
        (global.set $top (i32.add (local.get $old) (local.get $size)))
        (return (local.get $old))))
    (local.set $at (i32.and
      (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $top (i32.add (local.get $at) (local.get $size)))
    (memory.copy (local.get $at) (local.get $old) (local.get $old-size))
    (local.get $at))

  (func (export "run-text") (param $times i32) (param $unit i32) (param $length i32) (param $repeats i32) (result i32)
    (local $bytes i32) (local $text i32) (local $at i32) (local $tag i32) (local $all i32) (local $sum i32)
    (local.set $tag (i32.and (local.get $length) (i32.const 0x80000000)))
    (local.set $length (i32.and (local.get $length) (i32.const 0x7fffffff)))
    (local.set $bytes (i32.shl (local.get $length) (i32.or (global.get $wide) (i32.ne (local.get $tag) (i32.const 0)))))
    (local.set $text (call $realloc (i32.const 0) (i32.const 0) (i32.const 2) (i32.mul (local.get $bytes) (local.get $repeats))))
    (local.set $at (local.get $text))
    (local.set $all (i32.or (local.get $tag) (i32.mul (local.get $length) (local.get $repeats))))
    (block $filled
      (loop $fill
        (br_if $filled (i32.eqz (local.get $repeats)))
        (memory.copy (local.get $at) (local.get $unit) (local.get $bytes))
        (local.set $at (i32.add (local.get $at) (local.get $bytes)))
        (local.set $repeats (i32.sub (local.get $repeats) (i32.const 1)))
        (br $fill)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (global.set $top (local.get $at))
        (call $echo (local.get $text) (local.get $all) (i32.const 16))
        (local.set $sum (i32.add (local.get $sum) (i32.and (i32.load (i32.const 20)) (i32.const 0x7fffffff))))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (global.set $top (i32.const 65536))
    (local.get $sum)))
