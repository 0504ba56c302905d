(module
  (import "test:wires/requests" "[method]request.read" (func $read (param i32) (result i32)))
  (import "test:wires/requests" "[resource-drop]request" (func $drop (param i32)))
  (memory (export "memory") 1)
  (func (export "test:wires/handler#handle") (param i32) (result i32) (call $read (local.get 0)) (call $drop (local.get 0))))
