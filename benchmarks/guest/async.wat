;; Async calls that complete at once, from component to component, in loops inside the caller. Written as a whole component, since the
;; pairs of ways to lift and to lower are what is measured. The allocators only move a pointer.
(component
  (component $callee
    (core module $memory
      (memory (export "memory") 2)
      (global $top (mut i32) (i32.const 4096))
      (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
        (local $at i32)
        (local.set $at (global.get $top))
        (global.set $top (i32.add (global.get $top) (i32.and (i32.add (local.get $size) (i32.const 7)) (i32.const -8))))
        (local.get $at))
      (func (export "reset") (global.set $top (i32.const 4096))))
    (core instance $memory (instantiate $memory))
    (core func $return-sum (canon task.return (result u32)))
    (core func $return-text (canon task.return (result string) (memory (core memory $memory "memory"))))
    (core module $code
      (import "" "return-sum" (func $return-sum (param i32)))
      (import "" "return-text" (func $return-text (param i32 i32)))
      (import "memory" "memory" (memory 2))
      (import "memory" "reset" (func $reset))
      ;; 0 is EXIT
      (func (export "returns") (param i32 i32) (result i32)
        (call $return-sum (i32.add (local.get 0) (local.get 1)))
        (i32.const 0))
      (func (export "plain") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1)))
      (func (export "echoes") (param i32 i32) (result i32)
        (call $return-text (local.get 0) (local.get 1))
        (call $reset)
        (i32.const 0))
      ;; nobody waits
      (func (export "callback") (param i32 i32 i32) (result i32) (unreachable)))
    (core instance $code (instantiate $code
      (with "" (instance (export "return-sum" (func $return-sum)) (export "return-text" (func $return-text))))
      (with "memory" (instance $memory))))
    (func (export "returns") async (param "a" u32) (param "b" u32) (result u32)
      (canon lift (core func $code "returns") async (callback (core func $code "callback"))))
    (func (export "plain") async (param "a" u32) (param "b" u32) (result u32)
      (canon lift (core func $code "plain")))
    (func (export "echoes") async (param "text" string) (result string)
      (canon lift (core func $code "echoes") async (callback (core func $code "callback"))
        (memory (core memory $memory "memory")) (realloc (core func $memory "realloc")))))

  (component $caller
    (import "returns" (func $returns async (param "a" u32) (param "b" u32) (result u32)))
    (import "plain" (func $plain async (param "a" u32) (param "b" u32) (result u32)))
    (import "echoes" (func $echoes async (param "text" string) (result string)))
    (core module $memory
      (memory (export "memory") 2)
      (global $top (mut i32) (i32.const 4096))
      (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
        (local $at i32)
        (local.set $at (global.get $top))
        (global.set $top (i32.add (global.get $top) (i32.and (i32.add (local.get $size) (i32.const 7)) (i32.const -8))))
        (local.get $at))
      (func (export "reset") (global.set $top (i32.const 4096))))
    (core instance $memory (instantiate $memory))
    (core func $async-returns (canon lower (func $returns) async (memory (core memory $memory "memory"))))
    (core func $sync-returns (canon lower (func $returns)))
    (core func $async-plain (canon lower (func $plain) async (memory (core memory $memory "memory"))))
    (core func $sync-plain (canon lower (func $plain)))
    (core func $async-echoes (canon lower (func $echoes) async (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core func $sync-echoes (canon lower (func $echoes) (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core module $code
      (import "memory" "memory" (memory 2))
      (import "memory" "reset" (func $reset))
      (import "async" "returns" (func $async-returns (param i32 i32 i32) (result i32)))
      (import "async" "plain" (func $async-plain (param i32 i32 i32) (result i32)))
      (import "async" "echoes" (func $async-echoes (param i32 i32 i32) (result i32)))
      (import "sync" "returns" (func $sync-returns (param i32 i32) (result i32)))
      (import "sync" "plain" (func $sync-plain (param i32 i32) (result i32)))
      (import "sync" "echoes" (func $sync-echoes (param i32 i32 i32)))

      ;; 2 is RETURNED, without a subtask
      (func $at-once (param $state i32)
        (if (i32.ne (local.get $state) (i32.const 2)) (then (unreachable))))

      (func (export "run-async-returns") (param $times i32) (result i32)
        (local $sum i32)
        (block $done
          (loop $more
            (br_if $done (i32.eqz (local.get $times)))
            (call $at-once (call $async-returns (local.get $sum) (i32.const 3) (i32.const 16)))
            (local.set $sum (i32.load (i32.const 16)))
            (local.set $times (i32.sub (local.get $times) (i32.const 1)))
            (br $more)))
        (local.get $sum))
      (func (export "run-async-plain") (param $times i32) (result i32)
        (local $sum i32)
        (block $done
          (loop $more
            (br_if $done (i32.eqz (local.get $times)))
            (call $at-once (call $async-plain (local.get $sum) (i32.const 3) (i32.const 16)))
            (local.set $sum (i32.load (i32.const 16)))
            (local.set $times (i32.sub (local.get $times) (i32.const 1)))
            (br $more)))
        (local.get $sum))
      (func (export "run-sync-returns") (param $times i32) (result i32)
        (local $sum i32)
        (block $done
          (loop $more
            (br_if $done (i32.eqz (local.get $times)))
            (local.set $sum (call $sync-returns (local.get $sum) (i32.const 3)))
            (local.set $times (i32.sub (local.get $times) (i32.const 1)))
            (br $more)))
        (local.get $sum))
      (func (export "run-sync-plain") (param $times i32) (result i32)
        (local $sum i32)
        (block $done
          (loop $more
            (br_if $done (i32.eqz (local.get $times)))
            (local.set $sum (call $sync-plain (local.get $sum) (i32.const 3)))
            (local.set $times (i32.sub (local.get $times) (i32.const 1)))
            (br $more)))
        (local.get $sum))
      (func (export "run-async-echoes") (param $times i32) (param $length i32) (result i32)
        (local $sum i32)
        (memory.fill (i32.const 64) (i32.const 0x61) (local.get $length))
        (block $done
          (loop $more
            (br_if $done (i32.eqz (local.get $times)))
            (call $at-once (call $async-echoes (i32.const 64) (local.get $length) (i32.const 16)))
            (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 20))))
            (call $reset)
            (local.set $times (i32.sub (local.get $times) (i32.const 1)))
            (br $more)))
        (local.get $sum))
      (func (export "run-sync-echoes") (param $times i32) (param $length i32) (result i32)
        (local $sum i32)
        (memory.fill (i32.const 64) (i32.const 0x61) (local.get $length))
        (block $done
          (loop $more
            (br_if $done (i32.eqz (local.get $times)))
            (call $sync-echoes (i32.const 64) (local.get $length) (i32.const 16))
            (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 20))))
            (call $reset)
            (local.set $times (i32.sub (local.get $times) (i32.const 1)))
            (br $more)))
        (local.get $sum)))
    (core instance $code (instantiate $code
      (with "memory" (instance $memory))
      (with "async" (instance
        (export "returns" (func $async-returns)) (export "plain" (func $async-plain)) (export "echoes" (func $async-echoes))))
      (with "sync" (instance
        (export "returns" (func $sync-returns)) (export "plain" (func $sync-plain)) (export "echoes" (func $sync-echoes))))))
    ;; a task of an async type may call so that it would block
    (func (export "run-async-returns") async (param "times" u32) (result u32) (canon lift (core func $code "run-async-returns")))
    (func (export "run-async-plain") async (param "times" u32) (result u32) (canon lift (core func $code "run-async-plain")))
    (func (export "run-sync-returns") async (param "times" u32) (result u32) (canon lift (core func $code "run-sync-returns")))
    (func (export "run-sync-plain") async (param "times" u32) (result u32) (canon lift (core func $code "run-sync-plain")))
    (func (export "run-async-echoes") async (param "times" u32) (param "length" u32) (result u32)
      (canon lift (core func $code "run-async-echoes")))
    (func (export "run-sync-echoes") async (param "times" u32) (param "length" u32) (result u32)
      (canon lift (core func $code "run-sync-echoes"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller
    (with "returns" (func $callee "returns")) (with "plain" (func $callee "plain")) (with "echoes" (func $callee "echoes"))))
  (export "run-async-returns" (func $caller "run-async-returns"))
  (export "run-async-plain" (func $caller "run-async-plain"))
  (export "run-sync-returns" (func $caller "run-sync-returns"))
  (export "run-sync-plain" (func $caller "run-sync-plain"))
  (export "run-async-echoes" (func $caller "run-async-echoes"))
  (export "run-sync-echoes" (func $caller "run-sync-echoes")))
