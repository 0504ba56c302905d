;; Names that mean something to JavaScript mean nothing here.

(component $names
  (core module $m
    (func (export "__proto__") (result i32) (i32.const 1))
    (func (export "constructor") (result i32) (i32.const 2))
    (func (export "then") (result i32) (i32.const 3))
    (func (export "toString") (result i32) (i32.const 4)))
  (core instance $i (instantiate $m))
  (func (export "proto") (result u32) (canon lift (core func $i "__proto__")))
  (func (export "constructor") (result u32) (canon lift (core func $i "constructor")))
  (func (export "to-string") (result u32) (canon lift (core func $i "toString")))
  (func (export "value-of") (result u32) (canon lift (core func $i "toString")))
  (func (export "has-own-property") (result u32) (canon lift (core func $i "then"))))
(assert_return (invoke "proto") (u32.const 1))
(assert_return (invoke "constructor") (u32.const 2))
(assert_return (invoke "to-string") (u32.const 4))
(assert_return (invoke "value-of") (u32.const 4))
(assert_return (invoke "has-own-property") (u32.const 3))

;; They can be imported as well as exported.
(component
  (import "names" (instance $n
    (export "constructor" (func (result u32)))
    (export "to-string" (func (result u32)))))
  (core func $a (canon lower (func $n "constructor")))
  (core func $b (canon lower (func $n "to-string")))
  (core module $m
    (import "__proto__" "constructor" (func $a (result i32)))
    (import "__proto__" "__proto__" (func $b (result i32)))
    (func (export "run") (result i32) (i32.add (call $a) (call $b))))
  (core instance $i (instantiate $m (with "__proto__" (instance
    (export "constructor" (func $a))
    (export "__proto__" (func $b))))))
  (func (export "run") (result u32) (canon lift (core func $i "run"))))
(assert_return (invoke "run") (u32.const 6))

(assert_unlinkable (component (import "to-string" (func))) "to-string")
(assert_unlinkable (component (import "constructor" (func))) "constructor")
(assert_unlinkable (component (import "value-of" (func))) "value-of")

(assert_invalid (component (import "A-b" (func)) (import "a-B" (func))) "conflicts with previous name")
(assert_invalid (component (import "a-" (func))) "not in kebab case")
