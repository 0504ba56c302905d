;; Lends a thing together with a list, which lies out of memory for 1.
(component
  (import "thing" (type $thing (sub resource)))
  (import "make" (func $make (param "rep" u32) (result (own $thing))))
  (import "hold" (func $hold async (param "t" (borrow $thing)) (param "bytes" (list u8)) (result u32)))
  (core module $Memory (memory (export "memory") 1))
  (core instance $memory (instantiate $Memory))
  (canon lower (func $make) (core func $make'))
  (canon lower (func $hold) (memory (core memory $memory "memory")) (core func $hold'))
  (core module $M
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "hold" (func $hold (param i32 i32 i32) (result i32)))
    (func (export "lend") (param i32) (result i32)
      (call $hold (call $make (i32.const 7)) (i32.mul (local.get 0) (i32.const 0x7fffffff)) (i32.const 4))))
  (core instance $m (instantiate $M (with "" (instance (export "make" (func $make')) (export "hold" (func $hold'))))))
  (func (export "lend") async (param "bad" u32) (result u32) (canon lift (core func $m "lend"))))
