;; Where a guest breaks the rules of calls.

;; A component can't be entered from its own call.
(component
  (component $inner
    (import "out" (func $out))
    (core func $out (canon lower (func $out)))
    (core module $m
      (import "" "out" (func $out))
      (func (export "in") (call $out))
      (func (export "again")))
    (core instance $i (instantiate $m (with "" (instance (export "out" (func $out))))))
    (func (export "in") (canon lift (core func $i "in")))
    (func (export "again") (canon lift (core func $i "again"))))
  (core module $table
    (type $f (func))
    (table (export "t") 1 funcref)
    (func (export "call") (call_indirect (type $f) (i32.const 0))))
  (core instance $t (instantiate $table))
  (func $call (canon lift (core func $t "call")))
  (instance $i (instantiate $inner (with "out" (func $call))))
  (core func $again (canon lower (func $i "again")))
  (core module $fill
    (import "" "t" (table 1 funcref))
    (import "" "again" (func $again))
    (elem (i32.const 0) func $again))
  (core instance (instantiate $fill (with "" (instance
    (export "t" (table $t "t")) (export "again" (func $again))))))
  (export "run" (func $i "in")))
(assert_trap (invoke "run") "cannot enter component instance")

;; Nor be left from `realloc`.
(component
  (component $callee
    (core module $m
      (memory (export "memory") 1)
      (func (export "f") (param i32 i32)))
    (core module $leave
      (import "" "out" (func $out))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (call $out) (i32.const 0)))
    (import "out" (func $out))
    (core func $out (canon lower (func $out)))
    (core instance $i (instantiate $m))
    (core instance $l (instantiate $leave (with "" (instance (export "out" (func $out))))))
    (func (export "f") (param "s" string) (canon lift (core func $i "f") (memory (core memory $i "memory")) (realloc (core func $l "realloc")))))
  (component $nothing
    (core module $m (func (export "f")))
    (core instance $i (instantiate $m))
    (func (export "f") (canon lift (core func $i "f"))))
  (instance $n (instantiate $nothing))
  (instance $c (instantiate $callee (with "out" (func $n "f"))))
  (export "run" (func $c "f")))
(assert_trap (invoke "run" (str.const "x")) "cannot leave component instance")

;; After its result was read, `post-return` frees it; a trap ends the instance.
(component
  (core module $m
    (memory (export "memory") 1)
    (global $freed (mut i32) (i32.const 0))
    (func (export "f") (result i32)
      (i32.store (i32.const 0) (i32.const 16))
      (i32.store (i32.const 4) (i32.const 2))
      (i32.store (i32.const 16) (i32.const 0x6968))
      (i32.const 0))
    (func (export "free") (param i32) (global.set $freed (i32.add (global.get $freed) (i32.const 1))))
    (func (export "freed") (result i32) (global.get $freed))
    (func (export "stop") unreachable)
    (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0))))
  (core instance $i (instantiate $m))
  (func (export "f") (result string) (canon lift (core func $i "f") (memory (core memory $i "memory")) (post-return (core func $i "free"))))
  (func (export "freed") (result u32) (canon lift (core func $i "freed")))
  (func (export "divide") (param "x" u32) (result u32) (canon lift (core func $i "divide")))
  (func (export "stop") (canon lift (core func $i "stop"))))
(assert_return (invoke "f") (str.const "hi"))
(assert_return (invoke "f") (str.const "hi"))
(assert_return (invoke "freed") (u32.const 2))
(assert_return (invoke "divide" (u32.const 1)) (u32.const 1))
(assert_trap (invoke "divide" (u32.const 0)) "integer divide by zero")
(assert_trap (invoke "freed") "cannot enter component instance")

;; A start function that traps ends the instantiation.
(assert_trap
  (component
    (core module $m (func $start unreachable) (start $start))
    (core instance (instantiate $m)))
  "unreachable")
