(module
  (import "test:wires/requests" "[method]request.read" (func $read (param i32) (result i32)))
  (import "test:wires/requests" "[method]request.twin" (func $twin (param i32) (result i32)))
  (import "test:wires/requests" "[resource-drop]request" (func $drop (param i32)))
  (import "test:wires/handler" "handle" (func $handle (param i32) (result i32)))
  (memory (export "memory") 1)
  ;; 100000 times what a twin says, plus what the next says.
  (func (export "test:wires/handler#handle") (param i32) (result i32)
    (local $twin i32)
    (local.set $twin (call $twin (local.get 0)))
    (i32.mul (call $read (local.get $twin)) (i32.const 100000))
    (call $drop (local.get $twin))
    (i32.add (call $handle (local.get 0)))))
