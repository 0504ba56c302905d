;; Resources: handles, lending, destructors, and who may do what with them.

(component $counters
  (core module $m
    (import "" "drop" (func $drop (param i32)))
    (global $dropped (mut i32) (i32.const 0))
    (func (export "dtor") (param i32)
      (global.set $dropped (i32.add (global.get $dropped) (local.get 0))))
    (func (export "dropped") (result i32) (global.get $dropped))
    (func (export "rep-of") (param i32) (result i32) (local.get 0)))
  (core module $dtor
    (table (export "t") 1 funcref)
    (type $d (func (param i32)))
    (func (export "dtor") (param i32) (call_indirect (type $d) (local.get 0) (i32.const 0))))
  (core module $fill
    (import "" "t" (table 1 funcref))
    (import "" "dtor" (func $dtor (param i32)))
    (elem (i32.const 0) func $dtor))
  (core instance $indirect (instantiate $dtor))
  (type $r (resource (rep i32) (dtor (core func $indirect "dtor"))))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core func $rep (canon resource.rep $r))
  (core instance $i (instantiate $m (with "" (instance (export "drop" (func $drop))))))
  (core instance (instantiate $fill (with "" (instance
    (export "t" (table $indirect "t"))
    (export "dtor" (func $i "dtor"))))))
  (export $e "counter" (type $r))
  (func (export "[constructor]counter") (param "start" u32) (result (own $e)) (canon lift (core func $new)))
  (func (export "[method]counter.value") (param "self" (borrow $e)) (result u32) (canon lift (core func $i "rep-of")))
  (func (export "consume") (param "it" (own $e)) (canon lift (core func $drop)))
  (func (export "dropped") (result u32) (canon lift (core func $i "dropped"))))

;; What a user of the resource can do: make, lend, give away, drop.
(component
  (import "counters" (instance $c
    (export "counter" (type $r (sub resource)))
    (export "[constructor]counter" (func (param "start" u32) (result (own $r))))
    (export "[method]counter.value" (func (param "self" (borrow $r)) (result u32)))
    (export "consume" (func (param "it" (own $r))))
    (export "dropped" (func (result u32)))))
  (alias export $c "counter" (type $r))
  (core func $new (canon lower (func $c "[constructor]counter")))
  (core func $value (canon lower (func $c "[method]counter.value")))
  (core func $consume (canon lower (func $c "consume")))
  (core func $dropped (canon lower (func $c "dropped")))
  (core func $drop (canon resource.drop $r))
  (core module $m
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "value" (func $value (param i32) (result i32)))
    (import "" "consume" (func $consume (param i32)))
    (import "" "dropped" (func $dropped (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func (export "first-handle") (result i32) (local $h i32)
      (local.set $h (call $new (i32.const 1)))
      (call $drop (local.get $h))
      (local.get $h))
    (func (export "reuses") (result i32) (local $a i32)
      (local.set $a (call $new (i32.const 10)))
      (call $drop (local.get $a))
      (i32.eq (local.get $a) (call $new (i32.const 20))))
    (func (export "lend") (result i32) (local $h i32)
      (local.set $h (call $new (i32.const 77)))
      (call $value (local.get $h))
      (call $consume (local.get $h)))
    (func (export "dropped") (result i32) (call $dropped))
    (func (export "use-after-give") (local $h i32)
      (local.set $h (call $new (i32.const 3)))
      (call $consume (local.get $h))
      (drop (call $value (local.get $h))))
    (func (export "double-drop") (local $h i32)
      (local.set $h (call $new (i32.const 3)))
      (call $drop (local.get $h))
      (call $drop (local.get $h)))
    (func (export "unknown") (call $drop (i32.const 100))))
  (core instance $i (instantiate $m (with "" (instance
    (export "new" (func $new)) (export "value" (func $value)) (export "consume" (func $consume))
    (export "dropped" (func $dropped)) (export "drop" (func $drop))))))
  (func (export "first-handle") (result u32) (canon lift (core func $i "first-handle")))
  (func (export "reuses") (result bool) (canon lift (core func $i "reuses")))
  (func (export "lend") (result u32) (canon lift (core func $i "lend")))
  (func (export "dropped") (result u32) (canon lift (core func $i "dropped")))
  (func (export "use-after-give") (canon lift (core func $i "use-after-give")))
  (func (export "double-drop") (canon lift (core func $i "double-drop")))
  (func (export "unknown") (canon lift (core func $i "unknown"))))

(assert_return (invoke "first-handle") (u32.const 1))
(assert_return (invoke "dropped") (u32.const 1))
(assert_return (invoke "reuses") (bool.const true))
(assert_return (invoke "dropped") (u32.const 11))
(assert_return (invoke "lend") (u32.const 77))
(assert_return (invoke "dropped") (u32.const 88))
(assert_trap (invoke "use-after-give") "unknown handle index")
;; A trap ends the instance.
(assert_trap (invoke "dropped") "cannot enter component instance")

;; A borrow must be gone when its call returns.
(component
  (component $keeper
    (type $r (resource (rep i32)))
    (export $e "r" (type $r))
    (core func $new (canon resource.new $r))
    (core func $drop (canon resource.drop $r))
    (func (export "new") (param "rep" u32) (result (own $e)) (canon lift (core func $new))))
  (component $borrower
    (import "r" (type $r (sub resource)))
    (core module $m
      (func (export "keep") (param i32)))
    (core instance $i (instantiate $m))
    (func (export "keep") (param "it" (borrow $r)) (canon lift (core func $i "keep"))))
  (instance $k (instantiate $keeper))
  (alias export $k "r" (type $r))
  (instance $b (instantiate $borrower (with "r" (type $r))))
  ;; In a component of its own: a parent can't call its children while it is being called.
  (component $user
    (import "r" (type $r (sub resource)))
    (import "new" (func $new (param "rep" u32) (result (own $r))))
    (import "keep" (func $keep (param "it" (borrow $r))))
    (core func $new (canon lower (func $new)))
    (core func $keep (canon lower (func $keep)))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "keep" (func $keep (param i32)))
      (func (export "run") (call $keep (call $new (i32.const 5)))))
    (core instance $i (instantiate $m (with "" (instance (export "new" (func $new)) (export "keep" (func $keep))))))
    (func (export "run") (canon lift (core func $i "run"))))
  (instance $u (instantiate $user (with "r" (type $r)) (with "new" (func $k "new")) (with "keep" (func $b "keep"))))
  (export "run" (func $u "run")))
(assert_trap (invoke "run") "borrow handles still remain at the end of the call")

;; Two resources are never the same type, however alike.
(assert_invalid
  (component
    (type $a (resource (rep i32)))
    (type $b (resource (rep i32)))
    (component $child (import "r" (type $r (sub resource))) (import "f" (func (param "x" (own $r)))))
    (import "f" (func $f (param "x" u32)))
    (instance (instantiate $child (with "r" (type $a)) (with "f" (func $f)))))
  "type mismatch")
(assert_invalid
  (component
    (import "r" (type $r (sub resource)))
    (core func (canon resource.new $r)))
  "not a local resource")
