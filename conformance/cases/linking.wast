;; Linking checks types: what is given must be a subtype of what is asked for, whoever gives it.

(component $provider
  (core module $m
    (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
  (core instance $i (instantiate $m))
  (func (export "double") (param "x" u32) (result u32) (canon lift (core func $i "double")))
  (func (export "add") (param "x" u32) (param "y" u32) (result u32) (canon lift (core func $i "add"))))

;; More exports than are asked for are no reason to refuse.
(component
  (import "provider" (instance $p (export "double" (func (param "x" u32) (result u32)))))
  (core func $double (canon lower (func $p "double")))
  (core module $m
    (import "" "double" (func $double (param i32) (result i32)))
    (func (export "run") (param i32) (result i32) (call $double (call $double (local.get 0)))))
  (core instance $i (instantiate $m (with "" (instance (export "double" (func $double))))))
  (func (export "run") (param "x" u32) (result u32) (canon lift (core func $i "run"))))
(assert_return (invoke "run" (u32.const 5)) (u32.const 20))

(assert_unlinkable
  (component (import "provider" (instance (export "halve" (func (param "x" u32) (result u32))))))
  "halve")
(assert_unlinkable
  (component (import "provider" (instance (export "double" (func (param "x" string) (result u32))))))
  "parameter `x`: `string` in the import, `u32` in the provider")
(assert_unlinkable
  (component (import "provider" (instance (export "double" (func (param "x" u32))))))
  "result: nothing in the import, `u32` in the provider")
(assert_unlinkable
  (component (import "nobody" (instance (export "f" (func)))))
  "nobody")
(assert_unlinkable
  (component (import "provider" (func)))
  "expected")

;; A parent chooses what its child imports: here the child sees only a wrapped `double`.
(component
  (import "provider" (instance $p
    (export "double" (func (param "x" u32) (result u32)))
    (export "add" (func (param "x" u32) (param "y" u32) (result u32)))))
  (component $child
    (import "number" (func $number (param "x" u32) (result u32)))
    (core func $number (canon lower (func $number)))
    (core module $m
      (import "" "number" (func $number (param i32) (result i32)))
      (func (export "run") (result i32) (i32.add (call $number (i32.const 20)) (i32.const 2))))
    (core instance $i (instantiate $m (with "" (instance (export "number" (func $number))))))
    (func (export "run") (result u32) (canon lift (core func $i "run"))))
  (instance $c (instantiate $child (with "number" (func $p "double"))))
  (export "run" (func $c "run")))
(assert_return (invoke "run") (u32.const 42))

;; A core module is a value too.
(component $modules
  (core module (export "m")
    (func (export "f") (result i32) (i32.const 7))))
(component
  (import "modules" (instance $i
    (export "m" (core module (export "f" (func (result i32)))))))
  (alias export $i "m" (core module $m))
  (core instance $c (instantiate $m))
  (func (export "run") (result u32) (canon lift (core func $c "f"))))
(assert_return (invoke "run") (u32.const 7))
(assert_unlinkable
  (component (import "modules" (instance (export "m" (core module (export "f" (func (result i64))))))))
  "expected")

;; So is a component.
(component $factory
  (component $counter
    (core module $m
      (global $n (mut i32) (i32.const 0))
      (func (export "next") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (global.get $n)))
    (core instance $i (instantiate $m))
    (func (export "next") (result u32) (canon lift (core func $i "next"))))
  (export "counter" (component $counter)))
(component
  (import "factory" (instance $f (export "counter" (component (export "next" (func (result u32)))))))
  (alias export $f "counter" (component $counter))
  (instance $a (instantiate $counter))
  (instance $b (instantiate $counter))
  (export "a" (func $a "next"))
  (export "b" (func $b "next")))
(assert_return (invoke "a") (u32.const 1))
(assert_return (invoke "a") (u32.const 2))
(assert_return (invoke "b") (u32.const 1))

;; Within a component the same rules hold when it is compiled.
(assert_invalid
  (component
    (component $child (import "f" (func (param "x" u32))))
    (import "g" (func $g (param "x" u64)))
    (instance (instantiate $child (with "f" (func $g)))))
  "type mismatch")
(assert_invalid
  (component
    (component $child (import "f" (func)))
    (instance (instantiate $child)))
  "missing import named `f`")
