;; Lends a cell of one component to another, in a loop.
(module
  (import "tenon:bench/ops@0.1.0" "[constructor]cell" (func $new-cell (param i32) (result i32)))
  (import "tenon:bench/ops@0.1.0" "[resource-drop]cell" (func $drop-cell (param i32)))
  (import "tenon:bench/visits@0.1.0" "visit" (func $visit (param i32) (result i32)))
  (func (export "run-visit") (param $times i32) (result i32)
    (local $cell i32) (local $sum i32)
    (local.set $cell (call $new-cell (i32.const 0)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $times)))
        (local.set $sum (i32.add (local.get $sum) (call $visit (local.get $cell))))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $more)))
    (call $drop-cell (local.get $cell))
    (local.get $sum)))
