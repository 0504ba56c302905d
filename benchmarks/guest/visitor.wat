;; Is lent a cell that a third component made, and gives it back.
(module
  (import "tenon:bench/ops@0.1.0" "[resource-drop]cell" (func $drop-cell (param i32)))
  (func (export "tenon:bench/visits@0.1.0#visit") (param $cell i32) (result i32)
    (call $drop-cell (local.get $cell))
    (i32.const 1)))
