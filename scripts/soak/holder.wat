(module
  (import "tenon:soak/items@0.1.0" "[constructor]item" (func $make (param i32) (result i32)))
  (import "tenon:soak/items@0.1.0" "[method]item.add" (func $add (param i32 i32) (result i64)))
  (import "tenon:soak/items@0.1.0" "[resource-drop]item" (func $drop (param i32)))
  (export "make" (func $make))
  (export "add" (func $add))
  (export "drop" (func $drop)))
