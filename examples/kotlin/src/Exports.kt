// The interface `scores` of ../wit/scoreboard.wit by hand, for want of a generator for Kotlin: each function as the Canonical ABI flattens it.
// Results in memory are given as their address; the function `cabi_post_...` of the same name is called when they have been read.
@file:OptIn(ExperimentalWasmInterop::class)

import kotlin.wasm.ExperimentalWasmInterop
import kotlin.wasm.WasmExport
import kotlin.wasm.WasmImport

private const val ENTRY_SIZE = 12

private fun loadEntries(address: Int, length: Int) = List(length) {
    val entry = address + it * ENTRY_SIZE
    Entry(loadString(loadInt(entry), loadInt(entry + 4)), loadInt(entry + 8).toUInt())
}

private fun storeEntry(address: Int, entry: Entry) {
    storeString(address, entry.player)
    storeInt(address + 8, entry.points.toInt())
}

@WasmExport("tenon:scoreboard/scores@0.1.0#greet")
fun exportGreet(player: Int, length: Int): Int {
    val result = allocate(8, 4)
    storeString(result, greet(loadString(player, length)))
    return result
}

@WasmExport("cabi_post_tenon:scoreboard/scores@0.1.0#greet")
fun afterGreet(@Suppress("unused") result: Int) = emptyArena()

@WasmExport("tenon:scoreboard/scores@0.1.0#rank")
fun exportRank(entries: Int, length: Int): Int {
    val result = allocate(8, 4)
    val ranked = rank(loadEntries(entries, length))
    val list = allocate(ranked.size * ENTRY_SIZE, 4)
    ranked.forEachIndexed { i, entry -> storeEntry(list + i * ENTRY_SIZE, entry) }
    storeInt(result, list)
    storeInt(result + 4, ranked.size)
    return result
}

@WasmExport("cabi_post_tenon:scoreboard/scores@0.1.0#rank")
fun afterRank(@Suppress("unused") result: Int) = emptyArena()

@WasmExport("tenon:scoreboard/scores@0.1.0#best")
fun exportBest(entries: Int, length: Int): Int {
    val result = allocate(4 + ENTRY_SIZE, 4)
    val best = best(loadEntries(entries, length))
    storeInt(result, if (best == null) 0 else 1)
    if (best != null) storeEntry(result + 4, best)
    return result
}

@WasmExport("cabi_post_tenon:scoreboard/scores@0.1.0#best")
fun afterBest(@Suppress("unused") result: Int) = emptyArena()

// The representation of a tally is its index here; dropped ones leave their place to new ones.
private val tallies = ArrayList<Tally?>()
private val free = ArrayList<Int>()

@WasmImport("[export]tenon:scoreboard/scores@0.1.0", "[resource-new]tally")
private external fun newHandle(rep: Int): Int

@WasmExport("tenon:scoreboard/scores@0.1.0#[constructor]tally")
fun exportTally(player: Int, length: Int): Int {
    val tally = Tally(loadString(player, length))
    emptyArena()
    val rep = free.removeLastOrNull() ?: tallies.size.also { tallies.add(null) }
    tallies[rep] = tally
    return newHandle(rep)
}

@WasmExport("tenon:scoreboard/scores@0.1.0#[dtor]tally")
fun dropTally(rep: Int) {
    tallies[rep] = null
    free.add(rep)
}

@WasmExport("tenon:scoreboard/scores@0.1.0#[method]tally.add")
fun exportAdd(rep: Int, points: Int): Int {
    val result = allocate(12, 4)
    val answer = tallies[rep]!!.add(points.toUInt())
    storeInt(result, if (answer is Answer.Total) 0 else 1)
    when (answer) {
        is Answer.Total -> storeInt(result + 4, answer.points.toInt())
        is Answer.NoPoints -> storeInt(result + 4, 0)
        is Answer.TooMany -> {
            storeInt(result + 4, 1)
            storeInt(result + 8, answer.most.toInt())
        }
    }
    return result
}

@WasmExport("cabi_post_tenon:scoreboard/scores@0.1.0#[method]tally.add")
fun afterAdd(@Suppress("unused") result: Int) = emptyArena()

@WasmExport("tenon:scoreboard/scores@0.1.0#[method]tally.entry")
fun exportEntry(rep: Int): Int {
    val result = allocate(ENTRY_SIZE, 4)
    storeEntry(result, tallies[rep]!!.entry())
    return result
}

@WasmExport("cabi_post_tenon:scoreboard/scores@0.1.0#[method]tally.entry")
fun afterEntry(@Suppress("unused") result: Int) = emptyArena()
