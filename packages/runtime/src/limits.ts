/** Every limit on what a guest or a peer can make the host hold, each with the attack it bounds. */

/** Bytes that one read gives at most, whatever length the guest asked for: `read(2^64 - 1)`. */
export const MAX_READ_BYTES = 64 * 1024;

/** Bytes that a sink buffers before `check-write` permits nothing more: writing to a reader that never reads. */
export const MAX_BUFFERED_BYTES = 64 * 1024;

/** Chunks that a connection buffers in each direction: many that are small weigh more than their bytes. */
export const MAX_BUFFERED_CHUNKS = 1024;

/** Bytes of one `blocking-write-and-flush` or `blocking-write-zeroes-and-flush`; fixed by `wasi:io/streams`. */
export const MAX_BLOCKING_WRITE_BYTES = 4096;

/** Bytes of one request for random bytes: `get-random-bytes(2^40)`. */
export const MAX_RANDOM_BYTES = 16 * 1024 * 1024;

/** Bytes that a sink in memory keeps; the rest is counted and dropped: a guest that floods its log. */
export const MAX_COLLECTED_BYTES = 64 * 1024 * 1024;

/** Names and values in one `fields`: 32,769 header fields brought a host down (CVE-2026-27572). */
export const MAX_FIELD_COUNT = 1024;

/** Bytes of all names and values in one `fields`: headers that are appended for ever. */
export const MAX_FIELDS_BYTES = 128 * 1024;

/** Requests that wait for an instance (`reuse` has but one); more are refused with 503. */
export const MAX_WAITING_REQUESTS = 1024;

/** Requests that have an instance of their own at one time: each holds a memory, of which a process has some 16,000. */
export const MAX_LIVE_REQUESTS = 1024;

/** Requests that one instance of a 0.3 handler has at one time: how many a trap cuts off. */
export const MAX_REQUESTS_AT_ONCE = 16;

/** Requests that one instance of a 0.3 handler serves in all: memory that it does not give back. At 128, wasmtime's number, making instances takes a third of the time. */
export const MAX_REQUESTS_PER_INSTANCE = 1024;

/** Instances that are kept for requests to come: the memory that a burst of requests leaves behind. */
export const MAX_IDLE_INSTANCES = 32;

/** Pollables in one `poll`: a list that takes longer to ask than to wait for. */
export const MAX_POLLABLES = 65536;

/**
 * Questions in a row answered "not yet" before the event loop gets a turn: a guest that asks `ready` in a loop
 * would never see the event it waits for, and nobody else would run.
 */
export const MAX_QUESTIONS_PER_TURN = 64;

/** How long a guest that never has to wait keeps the event loop from its turn: reading `/dev/zero` for ever. */
export const MAX_TURN_MILLISECONDS = 50;

/** The steps in which guests see time, in nanoseconds, unless they are given a finer clock: measuring caches and other tenants (Spectre). */
export const MIN_CLOCK_RESOLUTION = 1_000_000n;

/** Bytes of one line of a log; a longer one is cut into several: output without any line end. */
export const MAX_LOG_LINE_BYTES = 8 * 1024;

/** Bytes that a log takes each second, and at once after silence; the rest is counted and dropped: a guest that floods its log. */
export const MAX_LOG_BYTES_PER_SECOND = 1024 * 1024;

/** Sockets that one guest has at one time: the file descriptors of the process, and a buffer for each direction of each. */
export const MAX_SOCKETS = 512;

/** Connections that were made to a listening socket and not yet accepted; more are reset: a peer that connects faster than the guest accepts. */
export const MAX_PENDING_CONNECTIONS = 128;

/** Datagrams that have arrived and were not yet received; more are dropped, as a network may: a peer that floods a guest which does not listen. */
export const MAX_QUEUED_DATAGRAMS = 256;

/** Bytes of those datagrams. */
export const MAX_QUEUED_DATAGRAM_BYTES = 256 * 1024;

/** Datagrams of one `send` or `receive` of WASI 0.2: a list as long as the guest's memory. */
export const MAX_DATAGRAMS_PER_CALL = 16;

/** Names that one guest looks up at one time: the few threads that a process has for that. */
export const MAX_LOOKUPS = 16;

/** Addresses that are remembered as those of a name, for one guest; the oldest are forgotten: names that are looked up for ever. */
export const MAX_KNOWN_ADDRESSES = 4096;

/** Names that are remembered for one address; the oldest are forgotten: a zone in which every name has the same address. */
export const MAX_NAMES_OF_ADDRESS = 16;

/** How long a connection that the guest has let go may take to pass on what was written to it: a peer that never reads. */
export const MAX_LINGER_MILLISECONDS = 10_000;

/** Names of one directory that are told, and of all that guests have listed and not taken yet: beyond is an error, where listing would fill the host's memory. */
export const MAX_LISTED_NAMES = 1024 * 1024;

/** Directories of one root that are kept open for walks to come: descriptors that a guest has the host hold without a handle of its own. */
export const MAX_KEPT_DIRECTORIES = 32;

/** Bytes of one name in a path, as file systems have it. */
export const MAX_NAME_BYTES = 255;

/** Bytes of a path or of a link's target: `a/../a/../…` that is walked for ever. */
export const MAX_PATH_BYTES = 4096;

/** Symbolic links that are followed on one path: links that lead to each other. */
export const MAX_LINKS = 40;

/** Files, directories and streams on files that guests have open through one directory: the file descriptors of the process. */
export const MAX_OPEN_HANDLES = 4096;

/** Bytes of one file in memory: one byte written at 2^40. */
export const MAX_MEMORY_FILE_BYTES = 1024 * 1024 * 1024;

/** Bytes of all files of a directory in memory, unless its owner says otherwise. */
export const MAX_MEMORY_DIRECTORY_BYTES = 256 * 1024 * 1024;

/** Names in a directory in memory and all below it, unless its owner says otherwise: files without content. */
export const MAX_MEMORY_DIRECTORY_NAMES = 65_536;

/** Informational responses before the response of one exchange: they are sent whether the client reads or not. */
export const MAX_INFORMATIONAL_RESPONSES = 16;

/** Outgoing requests of one capability that are under way at one time: connections, and memory for what comes. */
export const MAX_OUTGOING_REQUESTS = 256;

/** Bytes of the head of a response: a server that sends fields for ever. */
export const MAX_RESPONSE_HEAD_BYTES = 128 * 1024;

/** Apps within one another: a chain of documents that name one another without end. */
export const MAX_NESTED_APPS: number = 32;

/** Sentences about what a state gains or loses when a part is swapped; one more says that there are more: a state with a million fields. */
export const MAX_STATE_NOTES = 100;

/** Values of which the default of one field is made: a list of fixed length in another, each of a million. */
export const MAX_DEFAULT_VALUES = 100_000;

/** Lines that an app's log keeps: a part that logs for ever. */
export const MAX_APP_LOG_LINES: number = 10_000;

/** Bytes of all keys and values of a store in memory, unless its document says otherwise: a guest that fills the host's memory. */
export const MAX_MEMORY_STORE_BYTES: number = 256 * 1024 * 1024;

/** Bytes of one key, or of a bucket's name: an index of keys as large as values. */
export const MAX_KEY_BYTES: number = 4096;

/** Bytes of one value. */
export const MAX_VALUE_BYTES: number = 64 * 1024 * 1024;

/** Keys of one page of `list-keys`, and of one batch: lists as long as the store. */
export const MAX_KEYS_PER_CALL: number = 4096;

/** Bytes of the values that one batch gives: a few keys, each with a large value, asked for many times over. */
export const MAX_BATCH_BYTES: number = 128 * 1024 * 1024;

/** Characters of a document: a file that fills the memory. */
export const MAX_DOCUMENT_BYTES: number = 16 * 1024 * 1024;

/** Characters of a name for which it is found out what was meant, and names it is compared with: a document of long names, each of them wrong. */
export const MAX_MEANT_LENGTH: number = 100;
export const MAX_MEANT_NAMES: number = 1000;

/** Differences of two versions of a component that are told: interfaces with a million functions. */
export const MAX_UPDATE_DIFFERENCES: number = 20;

/** Problems of one document that are told: a document of nothing but mistakes, each of which is looked up. */
export const MAX_PROBLEMS: number = 200;

/** Brackets within brackets in a document: reading them must not overflow the stack. */
export const MAX_DOCUMENT_DEPTH: number = 200;

/** Calls that wait for one part while it is swapped, unless its `limits` say otherwise: a flood of calls that all are kept. */
export const MAX_HELD_CALLS = 1024;

/** How long callers may be kept waiting by a swap: a part that never comes out of its call. */
export const MAX_HOLD_MILLISECONDS = 2_000;

/** How long the instance that a swap replaced is kept, to go back to. */
export const MAX_KEPT_MILLISECONDS = 600_000;

/** Replaced instances of one part that are kept at one time, the oldest go first: a file that is built anew every second. */
export const MAX_KEPT_PER_PART = 4;

/** Calls and time for which a part that was swapped is on trial: the wires into it cost more, since they are guarded. */
export const TRIAL_CALLS = 100;
export const TRIAL_MILLISECONDS = 10_000;

/** How long a part that trapped is left alone before its second start in a row, twice as long before each one after that, and at most: a part that traps at once takes all the time there is. */
export const FIRST_RESTART_DELAY = 100;
export const MAX_RESTART_DELAY = 30_000;

/** How long one test of a part may take: one that waits for what never comes. */
export const MAX_TEST_MILLISECONDS = 10_000;

/** Characters of a message to a running app: a client that fills its memory. */
export const MAX_CONTROL_LINE: number = 64 * 1024 * 1024;

/** Clients of a running app at one time. */
export const MAX_CONTROL_CLIENTS: number = 64;

/** Requests of one client that are not answered yet: one that asks and asks. */
export const MAX_CONTROL_REQUESTS: number = 256;

/** Characters that wait for one client: one that follows the log, and never reads. */
export const MAX_CONTROL_BACKLOG: number = 256 * 1024 * 1024;

/** Characters that a log shows of one value: a list that fills the log. */
export const MAX_LOGGED_VALUE: number = 1000;

/** Calls that a log on a wire tells in a twentieth of a second: a caller in a loop, which pushes all else out of the log. */
export const MAX_LOGGED_CALLS: number = 10_000;

/** Files of a watched folder that are kept in mind: a folder that grows without end. */
export const MAX_WATCHED_FILES = 100_000;

/** Changes that a handler is told one by one; of more it is told that there are. */
export const MAX_TOLD_CHANGES = 4096;

/** Bytes of a recording, and of one that is read: a part that calls for ever fills the disk; a file that is none fills memory. */
export const MAX_RECORDING_BYTES: number = 256 * 1024 * 1024;

/** Characters that a recorder keeps before it writes them: calls that never let its timer come. */
export const MAX_RECORDED_PENDING: number = 1024 * 1024;

/** How long requests under way may take once their server is closed: a client that reads for ever. */
export const MAX_CLOSING_MILLISECONDS: number = 5_000;
