// Kotlin's objects live on the garbage-collected heap. The linear memory serves only to pass strings and lists in and out: an arena that is
// emptied after each call.
@file:OptIn(UnsafeWasmMemoryApi::class, ExperimentalWasmInterop::class)

import kotlin.wasm.ExperimentalWasmInterop
import kotlin.wasm.WasmExport
import kotlin.wasm.unsafe.Pointer
import kotlin.wasm.unsafe.UnsafeWasmMemoryApi
import kotlin.wasm.unsafe.withScopedMemoryAllocator

// Below lies what Kotlin's own allocator uses, for the calls of its standard library to WASI.
private const val ARENA = 1 shl 16

private var top = ARENA
private var end = 0

fun allocate(size: Int, align: Int): Int {
    val start = (top + align - 1) and (align - 1).inv()
    top = start + size
    if (top > end) {
        // the one way to grow the memory: to ask for all of it, and give it back
        end = maxOf(top, 2 * end)
        withScopedMemoryAllocator { it.allocate(end) }
    }
    return start
}

fun emptyArena() {
    top = ARENA
}

@WasmExport("cabi_realloc")
fun reallocate(old: Int, oldSize: Int, align: Int, size: Int): Int {
    val start = allocate(size, align)
    for (i in 0 until minOf(oldSize, size)) at(start + i).storeByte(at(old + i).loadByte())
    return start
}

private fun at(address: Int) = Pointer(address.toUInt())

fun loadInt(address: Int) = at(address).loadInt()

fun storeInt(address: Int, value: Int) = at(address).storeInt(value)

fun loadString(address: Int, length: Int) = ByteArray(length) { at(address + it).loadByte() }.decodeToString()

/** Stores the string's bytes anywhere, and their address and length at [address]. */
fun storeString(address: Int, value: String) {
    val bytes = value.encodeToByteArray()
    val start = allocate(bytes.size, 1)
    bytes.forEachIndexed { i, byte -> at(start + i).storeByte(byte) }
    storeInt(address, start)
    storeInt(address + 4, bytes.size)
}
