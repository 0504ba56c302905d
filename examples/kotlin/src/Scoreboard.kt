// The scoreboard in Kotlin. What it is to the outside stands in Exports.kt.

private const val MOST_AT_ONCE = 100u

class Entry(val player: String, val points: UInt)

sealed interface Answer {
    class Total(val points: UInt) : Answer
    object NoPoints : Answer
    class TooMany(val most: UInt) : Answer
}

fun greet(player: String) = "Hello $player, this is Kotlin!"

fun rank(entries: List<Entry>) = entries.sortedByDescending { it.points }

fun best(entries: List<Entry>) = entries.maxByOrNull { it.points }

class Tally(private val player: String) {
    private var points = 0u

    fun add(more: UInt): Answer = when {
        more == 0u -> Answer.NoPoints
        more > MOST_AT_ONCE -> Answer.TooMany(MOST_AT_ONCE)
        else -> {
            points += more
            Answer.Total(points)
        }
    }

    fun entry() = Entry(player, points)
}
