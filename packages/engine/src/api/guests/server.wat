;; A request is its number.
(module
  (import "[export]test:wires/requests" "[resource-new]request" (func $new (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $tag (mut i32) (i32.const 0))
  (global $dropped (mut i32) (i32.const 0))
  (func (export "tag") (param i32) (global.set $tag (local.get 0)))
  (func (export "dropped") (result i32) (global.get $dropped))
  (func (export "test:wires/source#next") (param i32) (result i32) (call $new (local.get 0)))
  (func (export "test:wires/requests#[dtor]request") (param i32) (global.set $dropped (i32.add (global.get $dropped) (i32.const 1))))
  (func (export "test:wires/requests#[method]request.read") (param i32) (result i32)
    (i32.add (i32.mul (global.get $tag) (i32.const 1000)) (local.get 0)))
  (func (export "test:wires/requests#[method]request.twin") (param i32) (result i32) (call $new (local.get 0))))
