;; Destructors that trap, call others, drop more, or are not allowed to run now. $home defines the resource; $user drops its handles.

(component definition $destructors
  (component $log
    (core module $m
      (global $sum (mut i32) (i32.const 0))
      (func (export "add") (param i32)
        (if (i32.eq (local.get 0) (i32.const 13)) (then unreachable))
        (global.set $sum (i32.add (i32.mul (global.get $sum) (i32.const 10)) (local.get 0))))
      (func (export "sum") (result i32) (global.get $sum)))
    (core instance $i (instantiate $m))
    (func (export "add") (param "x" u32) (canon lift (core func $i "add")))
    (func (export "sum") (result u32) (canon lift (core func $i "sum"))))

  ;; What a destructor does is told by the representation.
  (component $home
    (import "add" (func $add (param "x" u32)))
    (core func $add (canon lower (func $add)))
    (core module $table
      (table (export "t") 1 funcref)
      (func (export "destroy") (param i32) (call_indirect (param i32) (local.get 0) (i32.const 0))))
    (core instance $table (instantiate $table))
    (type $thing' (resource (rep i32) (dtor (core func $table "destroy"))))
    (type $plain' (resource (rep i32)))
    (core func $new (canon resource.new $thing'))
    (core func $drop (canon resource.drop $thing'))
    (core func $rep (canon resource.rep $thing'))
    (core func $new-plain (canon resource.new $plain'))
    (core module $m
      (import "" "t" (table 1 funcref))
      (import "" "add" (func $add (param i32)))
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "new-plain" (func $new-plain (param i32) (result i32)))
      (tag $oops)
      (global $inner (mut i32) (i32.const 0))
      (global $again (mut i32) (i32.const 0))
      (func $destroy (param $rep i32)
        ;; 1-9: writes its number.
        (if (i32.lt_u (local.get $rep) (i32.const 10)) (then (call $add (local.get $rep)) (return)))
        ;; 10: traps.
        (if (i32.eq (local.get $rep) (i32.const 10)) (then unreachable))
        ;; 11: makes another one and drops it, then writes.
        (if (i32.eq (local.get $rep) (i32.const 11)) (then (call $drop (call $new (i32.const 5))) (call $add (i32.const 6)) (return)))
        ;; 12: drops the handle it was called for, which is gone.
        (if (i32.eq (local.get $rep) (i32.const 12)) (then (call $drop (global.get $inner)) (return)))
        ;; 13: what it calls traps.
        (if (i32.eq (local.get $rep) (i32.const 13)) (then (call $add (i32.const 13)) (return)))
        ;; 14: throws.
        (if (i32.eq (local.get $rep) (i32.const 14)) (then (throw $oops)))
        ;; 15: a chain of a thousand.
        (if (i32.eq (local.get $rep) (i32.const 15)) (then
          (global.set $again (i32.add (global.get $again) (i32.const 1)))
          (if (i32.lt_u (global.get $again) (i32.const 1000)) (then (call $drop (call $new (i32.const 15)))))
          (return))))
      (elem (i32.const 0) $destroy)
      (func (export "make") (param i32) (result i32) (global.set $inner (call $new (local.get 0))) (global.get $inner))
      (func (export "make-plain") (result i32) (call $new-plain (i32.const 1)))
      (func (export "drop-own") (param i32) (global.set $inner (call $new (local.get 0))) (call $drop (global.get $inner)))
      ;; Gets its own by an argument, and drops it.
      (func (export "take") (param i32) (call $drop (local.get 0)))
      (func (export "again") (result i32) (global.get $again))
      ;; A result that is gone when post-return has run.
      (func (export "result") (result i32) (global.set $inner (call $new (i32.const 7))) (i32.const 1))
      (func (export "drop-after") (param i32) (call $drop (global.get $inner))))
    (core instance $i (instantiate $m (with "" (instance
      (export "t" (table $table "t")) (export "add" (func $add)) (export "new" (func $new)) (export "drop" (func $drop)) (export "rep" (func $rep)) (export "new-plain" (func $new-plain))))))
    (export $thing "thing" (type $thing'))
    (export $plain "plain" (type $plain'))
    (func (export "make") (param "rep" u32) (result (own $thing)) (canon lift (core func $i "make")))
    (func (export "make-plain") (result (own $plain)) (canon lift (core func $i "make-plain")))
    (func (export "drop-own") (param "rep" u32) (canon lift (core func $i "drop-own")))
    (func (export "take") (param "x" (own $thing)) (canon lift (core func $i "take")))
    (func (export "again") (result u32) (canon lift (core func $i "again")))
    (func (export "drop-after") (result u32) (canon lift (core func $i "result") (post-return (core func $i "drop-after")))))

  (component $user
    (import "sum" (func $sum (result u32)))
    (import "home" (instance $home
      (export "thing" (type $thing (sub resource)))
      (export "plain" (type $plain (sub resource)))
      (export "make" (func (param "rep" u32) (result (own $thing))))
      (export "make-plain" (func (result (own $plain))))
      (export "drop-own" (func (param "rep" u32)))
      (export "take" (func (param "x" (own $thing))))
      (export "again" (func (result u32)))
      (export "drop-after" (func (result u32)))))
    (alias export $home "thing" (type $thing))
    (alias export $home "plain" (type $plain))
    (core func $sum (canon lower (func $sum)))
    (core func $drop (canon resource.drop $thing))
    (core func $drop-plain (canon resource.drop $plain))
    (core func $make (canon lower (func $home "make")))
    (core func $make-plain (canon lower (func $home "make-plain")))
    (core func $drop-own (canon lower (func $home "drop-own")))
    (core func $take (canon lower (func $home "take")))
    (core func $again (canon lower (func $home "again")))
    (core func $drop-after (canon lower (func $home "drop-after")))
    (core module $m
      (import "" "sum" (func $sum (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "drop-plain" (func $drop-plain (param i32)))
      (import "" "make" (func $make (param i32) (result i32)))
      (import "" "make-plain" (func $make-plain (result i32)))
      (import "" "drop-own" (func $drop-own (param i32)))
      (import "" "take" (func $take (param i32)))
      (import "" "again" (func $again (result i32)))
      (import "" "drop-after" (func $drop-after (result i32)))
      (global $freed (mut i32) (i32.const 0))
      (func (export "drop") (param i32) (result i32) (call $drop (call $make (local.get 0))) (call $sum))
      (func (export "drop-catching") (param i32) (result i32)
        (block $caught (try_table (catch_all $caught) (call $drop (call $make (local.get 0)))))
        (i32.const 1000))
      (func (export "own") (param i32) (result i32) (call $drop-own (local.get 0)) (call $sum))
      (func (export "take") (param i32) (result i32) (call $take (call $make (local.get 0))) (call $sum))
      (func (export "plain") (call $drop-plain (call $make-plain)))
      (func (export "again") (result i32) (call $again))
      (func (export "after") (result i32) (call $drop-after))
      ;; While its own values are moved it can't leave, so nobody's destructor can run.
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (call $drop (call $make (i32.const 1))) (i32.const 0))
      (func (export "nothing") (param i32 i32)))
    (core instance $i (instantiate $m (with "" (instance
      (export "sum" (func $sum)) (export "drop" (func $drop)) (export "drop-plain" (func $drop-plain)) (export "make" (func $make)) (export "make-plain" (func $make-plain))
      (export "drop-own" (func $drop-own)) (export "take" (func $take)) (export "again" (func $again)) (export "drop-after" (func $drop-after))))))
    (func (export "drop") (param "rep" u32) (result u32) (canon lift (core func $i "drop")))
    (func (export "drop-catching") (param "rep" u32) (result u32) (canon lift (core func $i "drop-catching")))
    (func (export "own") (param "rep" u32) (result u32) (canon lift (core func $i "own")))
    (func (export "take") (param "rep" u32) (result u32) (canon lift (core func $i "take")))
    (func (export "plain") (canon lift (core func $i "plain")))
    (func (export "again") (result u32) (canon lift (core func $i "again")))
    (func (export "after") (result u32) (canon lift (core func $i "after"))))

  (instance $log (instantiate $log))
  (instance $home (instantiate $home (with "add" (func $log "add"))))
  (instance $user (instantiate $user (with "sum" (func $log "sum")) (with "home" (instance $home))))
  (export "drop" (func $user "drop"))
  (export "drop-catching" (func $user "drop-catching"))
  (export "own" (func $user "own"))
  (export "take" (func $user "take"))
  (export "plain" (func $user "plain"))
  (export "again" (func $user "again"))
  (export "after" (func $user "after")))

;; By the one who has it, by the one who defines it, by the one who was given it; one that drops more; a chain.
(component instance $i $destructors)
(assert_return (invoke "drop" (u32.const 1)) (u32.const 1))
(assert_return (invoke "own" (u32.const 2)) (u32.const 12))
(assert_return (invoke "take" (u32.const 3)) (u32.const 123))
(assert_return (invoke "drop" (u32.const 11)) (u32.const 12356))
(assert_return (invoke "plain"))
(assert_return (invoke "drop" (u32.const 15)) (u32.const 12356))
(assert_return (invoke "again") (u32.const 1000))

;; It traps, or what it calls does, or it throws: so does the drop, and nothing is left to enter.
(assert_trap (invoke "drop" (u32.const 10)) "unreachable")
(assert_trap (invoke "plain") "cannot enter component instance")
(component instance $i $destructors)
(assert_trap (invoke "own" (u32.const 10)) "unreachable")
(component instance $i $destructors)
(assert_trap (invoke "take" (u32.const 10)) "unreachable")
(component instance $i $destructors)
(assert_trap (invoke "drop" (u32.const 13)) "unreachable")
(assert_trap (invoke "again") "cannot enter component instance")
(component instance $i $destructors)
(assert_trap (invoke "take" (u32.const 13)) "unreachable")
(component instance $i $destructors)
(assert_trap (invoke "drop" (u32.const 14)) "exception")
(component instance $i $destructors)
(assert_trap (invoke "own" (u32.const 14)) "exception")

;; A guest that catches everything does not outlive that.
(component instance $i $destructors)
(assert_trap (invoke "drop-catching" (u32.const 14)) "exception")
(assert_trap (invoke "again") "cannot enter component instance")
(component instance $i $destructors)
(assert_trap (invoke "drop-catching" (u32.const 10)) "unreachable")
(component instance $i $destructors)
(assert_trap (invoke "drop-catching" (u32.const 13)) "unreachable")
(assert_trap (invoke "again") "cannot enter component instance")

;; The handle is gone before its destructor runs.
(component instance $i $destructors)
(assert_trap (invoke "own" (u32.const 12)) "unknown handle index 1")

;; In post-return nothing can be dropped (wasmtime 48 lets it, where a component is the caller).
(component instance $i $destructors)
(assert_trap (invoke "after") "cannot leave component instance")

;; A child that drops what its parent defines stays inside the parent.
(component
  (core module $m
    (global $dropped (mut i32) (i32.const 0))
    (func (export "destroy") (param i32) (global.set $dropped (i32.add (global.get $dropped) (local.get 0))))
    (func (export "dropped") (result i32) (global.get $dropped)))
  (core instance $i (instantiate $m))
  (type $thing (resource (rep i32) (dtor (core func $i "destroy"))))
  (core func $new (canon resource.new $thing))
  (component $child
    (import "thing" (type $thing (sub resource)))
    (core func $drop (canon resource.drop $thing))
    (core module $m
      (import "" "drop" (func $drop (param i32)))
      (func (export "take") (param i32) (call $drop (local.get 0))))
    (core instance $i (instantiate $m (with "" (instance (export "drop" (func $drop))))))
    (func (export "take") (param "x" (own $thing)) (canon lift (core func $i "take"))))
  (instance $child (instantiate $child (with "thing" (type $thing))))
  (component $sibling
    (import "thing" (type $thing (sub resource)))
    (import "take" (func $take (param "x" (own $thing))))
    (core func $take (canon lower (func $take)))
    (core module $m
      (import "" "take" (func $take (param i32)))
      (func (export "forge") (call $take (i32.const 1))))
    (core instance $i (instantiate $m (with "" (instance (export "take" (func $take))))))
    (func (export "forge") (canon lift (core func $i "forge"))))
  (instance $sibling (instantiate $sibling (with "thing" (type $thing)) (with "take" (func $child "take"))))
  (export $public "thing" (type $thing))
  (func (export "make") (param "rep" u32) (result (own $public)) (canon lift (core func $new)))
  (func (export "dropped") (result u32) (canon lift (core func $i "dropped")))
  (export "forge" (func $sibling "forge")))
(assert_return (invoke "dropped") (u32.const 0))
(assert_trap (invoke "forge") "unknown handle index 1")
