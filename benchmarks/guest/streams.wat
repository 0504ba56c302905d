;; A stream of bytes from component to component, in pieces of 64 KiB: the producer writes what the consumer reads and adds up.
;; The consumer in two ways: as a task with a callback, and as one that blocks where a read has to wait.
(component
  (component $producer
    (core module $memory (memory (export "memory") 2))
    (core instance $memory (instantiate $memory))
    (type $bytes (stream u8))
    (core func $return (canon task.return (result $bytes)))
    (core func $new (canon stream.new $bytes))
    (core func $write (canon stream.write $bytes async (memory (core memory $memory "memory"))))
    (core func $drop (canon stream.drop-writable $bytes))
    (core func $new-set (canon waitable-set.new))
    (core func $drop-set (canon waitable-set.drop))
    (core func $join (canon waitable.join))
    (core module $code
      (import "" "memory" (memory 2))
      (import "" "return" (func $return (param i32)))
      (import "" "new" (func $new (result i64)))
      (import "" "write" (func $write (param i32 i32 i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "new-set" (func $new-set (result i32)))
      (import "" "drop-set" (func $drop-set (param i32)))
      (import "" "join" (func $join (param i32 i32)))
      (global $writable (mut i32) (i32.const 0))
      (global $set (mut i32) (i32.const 0))
      (global $left (mut i64) (i64.const 0))

      (func (export "produce") (param $pieces i32) (result i32)
        (local $ends i64)
        (local.set $ends (call $new))
        (global.set $writable (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (global.set $set (call $new-set))
        (call $join (global.get $writable) (global.get $set))
        (global.set $left (i64.shl (i64.extend_i32_u (local.get $pieces)) (i64.const 16)))
        (memory.fill (i32.const 0) (i32.const 0x61) (i32.const 65536))
        (call $return (i32.wrap_i64 (local.get $ends)))
        (call $go-on))

      ;; writes until a write has to wait
      (func $go-on (result i32)
        (local $result i32)
        (block $done
          (loop $more
            (br_if $done (i64.eqz (global.get $left)))
            ;; no two pieces are the same
            (i64.store (i32.const 0) (global.get $left))
            (local.set $result (call $write (global.get $writable) (i32.const 0)
              (select (i32.const 65536) (i32.wrap_i64 (global.get $left)) (i64.gt_u (global.get $left) (i64.const 65536)))))
            ;; BLOCKED: WAIT on the set
            (if (i32.eq (local.get $result) (i32.const -1))
              (then (return (i32.or (i32.const 2) (i32.shl (global.get $set) (i32.const 4))))))
            (call $written (local.get $result))
            (br $more)))
        (call $join (global.get $writable) (i32.const 0))
        (call $drop (global.get $writable))
        (call $drop-set (global.get $set))
        (i32.const 0))

      ;; how many, above four bits that say how it ended: 0 is COMPLETED
      (func $written (param $result i32)
        (if (i32.and (local.get $result) (i32.const 15)) (then (unreachable)))
        (global.set $left (i64.sub (global.get $left) (i64.extend_i32_u (i32.shr_u (local.get $result) (i32.const 4))))))

      ;; 3 is STREAM_WRITE
      (func (export "callback") (param $event i32) (param $end i32) (param $result i32) (result i32)
        (if (i32.ne (local.get $event) (i32.const 3)) (then (unreachable)))
        (call $written (local.get $result))
        (call $go-on)))
    (core instance $code (instantiate $code (with "" (instance
      (export "memory" (memory $memory "memory"))
      (export "return" (func $return))
      (export "new" (func $new))
      (export "write" (func $write))
      (export "drop" (func $drop))
      (export "new-set" (func $new-set))
      (export "drop-set" (func $drop-set))
      (export "join" (func $join))))))
    (func (export "produce") async (param "pieces" u32) (result $bytes)
      (canon lift (core func $code "produce") async (callback (core func $code "callback")))))

  (component $consumer
    (type $bytes (stream u8))
    (import "produce" (func $produce async (param "pieces" u32) (result $bytes)))
    (core module $memory (memory (export "memory") 2))
    (core instance $memory (instantiate $memory))
    (core func $produce (canon lower (func $produce) async (memory (core memory $memory "memory"))))
    (core func $return (canon task.return (result u64)))
    (core func $read (canon stream.read $bytes async (memory (core memory $memory "memory"))))
    (core func $wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $drop (canon stream.drop-readable $bytes))
    (core func $new-set (canon waitable-set.new))
    (core func $drop-set (canon waitable-set.drop))
    (core func $join (canon waitable.join))
    (core module $code
      (import "" "memory" (memory 2))
      (import "" "produce" (func $produce (param i32 i32) (result i32)))
      (import "" "return" (func $return (param i64)))
      (import "" "read" (func $read (param i32 i32 i32) (result i32)))
      (import "" "wait" (func $wait (param i32 i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "new-set" (func $new-set (result i32)))
      (import "" "drop-set" (func $drop-set (param i32)))
      (import "" "join" (func $join (param i32 i32)))
      (global $readable (mut i32) (i32.const 0))
      (global $set (mut i32) (i32.const 0))
      (global $sum (mut i64) (i64.const 0))

      ;; it comes at once: 2 is RETURNED
      (func $start (param $pieces i32)
        (if (i32.ne (call $produce (local.get $pieces) (i32.const 65536)) (i32.const 2)) (then (unreachable)))
        (global.set $readable (i32.load (i32.const 65536)))
        (global.set $set (call $new-set))
        (call $join (global.get $readable) (global.get $set))
        (global.set $sum (i64.const 0)))

      (func (export "run") (param $pieces i32) (result i32)
        (call $start (local.get $pieces))
        (call $go-on))
      ;; reads until a read has to wait
      (func $go-on (result i32)
        (local $result i32)
        (loop $more
          (local.set $result (call $read (global.get $readable) (i32.const 0) (i32.const 65536)))
          ;; BLOCKED: WAIT on the set
          (if (i32.eq (local.get $result) (i32.const -1))
            (then (return (i32.or (i32.const 2) (i32.shl (global.get $set) (i32.const 4))))))
          (br_if $more (call $take (local.get $result))))
        (call $finish))
      ;; 2 is STREAM_READ
      (func (export "callback") (param $event i32) (param $end i32) (param $result i32) (result i32)
        (if (i32.ne (local.get $event) (i32.const 2)) (then (unreachable)))
        (if (result i32) (call $take (local.get $result)) (then (call $go-on)) (else (call $finish))))
      (func $finish (result i32)
        (call $end)
        (call $return (global.get $sum))
        (i32.const 0))
      (func $end
        (call $join (global.get $readable) (i32.const 0))
        (call $drop (global.get $readable))
        (call $drop-set (global.get $set)))

      (func (export "run-blocking") (param $pieces i32) (result i64)
        (local $result i32)
        (call $start (local.get $pieces))
        (loop $more
          (local.set $result (call $read (global.get $readable) (i32.const 0) (i32.const 65536)))
          (if (i32.eq (local.get $result) (i32.const -1))
            (then
              (if (i32.ne (call $wait (global.get $set) (i32.const 65536)) (i32.const 2)) (then (unreachable)))
              (local.set $result (i32.load offset=4 (i32.const 65536)))))
          (br_if $more (call $take (local.get $result))))
        (call $end)
        (global.get $sum))

      ;; adds up the bytes of a read; whether more may come: 0 is COMPLETED, 1 is DROPPED
      (func $take (param $result i32) (result i32)
        (local $at i32) (local $end i32) (local $sums v128)
        (local.set $end (i32.shr_u (local.get $result) (i32.const 4)))
        (block $vectors
          (loop $more
            (br_if $vectors (i32.gt_u (i32.add (local.get $at) (i32.const 16)) (local.get $end)))
            (local.set $sums (i32x4.add (local.get $sums)
              (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (v128.load (local.get $at))))))
            (local.set $at (i32.add (local.get $at) (i32.const 16)))
            (br $more)))
        (global.set $sum (i64.add (global.get $sum) (i64.extend_i32_u
          (i32.add (i32.add (i32x4.extract_lane 0 (local.get $sums)) (i32x4.extract_lane 1 (local.get $sums)))
            (i32.add (i32x4.extract_lane 2 (local.get $sums)) (i32x4.extract_lane 3 (local.get $sums)))))))
        (block $bytes
          (loop $more
            (br_if $bytes (i32.ge_u (local.get $at) (local.get $end)))
            (global.set $sum (i64.add (global.get $sum) (i64.load8_u (local.get $at))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $more)))
        (i32.eqz (i32.and (local.get $result) (i32.const 15)))))
    (core instance $code (instantiate $code (with "" (instance
      (export "memory" (memory $memory "memory"))
      (export "produce" (func $produce))
      (export "return" (func $return))
      (export "read" (func $read))
      (export "wait" (func $wait))
      (export "drop" (func $drop))
      (export "new-set" (func $new-set))
      (export "drop-set" (func $drop-set))
      (export "join" (func $join))))))
    (func (export "run") async (param "pieces" u32) (result u64)
      (canon lift (core func $code "run") async (callback (core func $code "callback"))))
    (func (export "run-blocking") async (param "pieces" u32) (result u64)
      (canon lift (core func $code "run-blocking"))))

  (instance $producer (instantiate $producer))
  (instance $consumer (instantiate $consumer (with "produce" (func $producer "produce"))))
  (export "run" (func $consumer "run"))
  (export "run-blocking" (func $consumer "run-blocking")))
