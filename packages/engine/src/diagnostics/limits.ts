/** Every limit on what is read from outside, each with the attack it bounds. */

/**
 * Handle tables and records of all instances of a thread: making handles without dropping them. Of handles alone it has room for 33 million
 * in one table; `Table.MAX_LENGTH` of definitions.py is eight times that. Addresses must stay positive as i32.
 */
export const MAX_CONTROL_BYTES = 2 ** 31 - 2 ** 16;

/** Components instantiated within one another, per path: the stack of the planner. */
export const MAX_INSTANTIATION_DEPTH = 500;

/** Definitions after all nested components are inlined: n components that each instantiate the next twice make 2^n instances. */
export const MAX_PLANNED_ITEMS = 1_000_000;

/** Core modules up to this size are compiled on the spot: a thread's round trip costs more. Pages refuse above 8 MB. */
export const MAX_SYNC_COMPILE_BYTES = 128 * 1024;

/** Core modules above this size are instantiated asynchronously: pages refuse to do it at once. */
export const MAX_SYNC_INSTANCE_BYTES = 4 * 1024 * 1024;

// ---- decoding. Each count is also bounded by the bytes that are left, so what these bound is the work per byte of
// later phases: most are quadratic or recursive somewhere. The numbers are wasmparser's, so that what one tool makes
// the other reads.

/** Bytes of a name or label: messages, maps of names and uniqueness checks hold copies of it. */
export const MAX_NAME_BYTES = 100_000;
/** Components within components: recursion of whoever walks them. */
export const MAX_COMPONENT_NESTING = 100;
/** Component and instance types within one another: recursion of the decoder and of whoever walks types. */
export const MAX_TYPE_NESTING = 100;
/** Declarators of a component or instance type: one type that dwarfs its component. */
export const MAX_TYPE_DECLARATORS = 1_000_000;
/** Declarators of a core module type: as above, compared with each module that is given for it. */
export const MAX_MODULE_TYPE_DECLARATORS = 100_000;
/** Parameters of a function: each is lifted and lowered one by one, and compared by subtyping. */
export const MAX_FUNCTION_PARAMS = 1000;
/** Results of a core function or of a start function: as for parameters. */
export const MAX_FUNCTION_RESULTS = 1000;
/** Fields of a record: names must be unique, sizes are summed, values become objects. */
export const MAX_RECORD_FIELDS = 10_000;
/** Cases of a variant: as for fields. */
export const MAX_VARIANT_CASES = 10_000;
/** Elements of a tuple: flattening copies them into each type that holds the tuple. */
export const MAX_TUPLE_TYPES = 10_000;
/** Labels of flags, valid or not (validation allows 32). */
export const MAX_FLAG_NAMES = 1_000;
/** Labels of an enum: names must be unique, and are kept twice for mapping values. */
export const MAX_ENUM_CASES = 10_000;
/** Attributes of an import or export name: each kind may stand once, so more are repeats. */
export const MAX_NAME_ATTRIBUTES = 10;
/** Options of a canonical definition: there are ten kinds, so more are repeats. */
export const MAX_CANONICAL_OPTIONS = 10;
/** Arguments of an instantiation: each is looked up and compared by subtyping. */
export const MAX_INSTANTIATION_ARGS = 100_000;
/** Exports of an instance made of exports: an index space of its own for few bytes. */
export const MAX_INSTANTIATION_EXPORTS = 100_000;
/** Values that a start function takes: as for parameters. */
export const MAX_START_ARGS = 1000;
/** Types of one recursion group: canonicalising compares groups as a whole. */
export const MAX_REC_GROUP_TYPES = 1_000_000;
/** Supertypes of a core type: the format has room for more than the one that validation allows. */
export const MAX_SUPERTYPES = 1;
/** Fields of a core struct: as for records. */
export const MAX_STRUCT_FIELDS = 10_000;
/** Entries of any one section of a core module that is read here. */
export const MAX_CORE_SECTION_ENTRIES = 1_000_000;
/** Tables of a core module: each costs the engine far more than its few bytes. */
export const MAX_CORE_TABLES = 100_000;
/** Memories of a core module: each reserves gigabytes of address space. */
export const MAX_CORE_MEMORIES = 100;

// ---- validation of types

/** Characters of a message: it may quote names and types of the component. */
export const MAX_MESSAGE_LENGTH = 1000;
/** Depth of a type: recursion of whoever walks it. */
export const MAX_TYPE_DEPTH = 100;
/** Size of a type written out without sharing: a tower of `tuple<a, a>` has 2^n parts. The number is wasmparser's. */
export const MAX_TYPE_SIZE = 1_000_000;
/** Steps of all substitutions and comparisons of types in one validation: a large type used in each of many instantiations. */
export const MAX_TYPE_STEPS = 5_000_000;
/** Bytes of a value of any type, `elem_size < 2^28` (CanonicalABI.md "Element Size"): overflow of address arithmetic. */
export const MAX_VALUE_BYTES = 2 ** 28 - 1;
/** Length of a list of fixed length: a size that multiplication can't overflow. */
export const MAX_FIXED_LIST_LENGTH = 2 ** 30;
/** Core modules, components, instances or values of one component's index space: each may have a large type. */
export const MAX_LARGE_ITEMS = 1000;
/** Items of any other index space. */
export const MAX_INDEX_SPACE_ITEMS = 1_000_000;
/** Subtypes of subtypes of core types: engines keep a display of supertypes per type. */
export const MAX_SUBTYPING_DEPTH = 63;

/** Bytes of a string that is lifted to or lowered from JavaScript, `MAX_STRING_BYTE_LENGTH` of definitions.py: strings longer than JavaScript has. */
export const MAX_HOST_STRING_BYTE_LENGTH = 2 ** 28 - 1;

/** Bytes that a store keeps to encode strings in: one long string would hold that much for ever. */
export const MAX_SCRATCH_BYTES = 2 ** 20;

/** Bytes of a string that passes between components: sizes that overflow when transcoded. wasmtime's limit, which its suite tests; the specification has since lowered it. */
export const MAX_STRING_BYTE_LENGTH = 2 ** 31 - 1;

/** Bytes of a list's elements, `MAX_LIST_BYTE_LENGTH` of definitions.py: arrays longer than JavaScript has. */
export const MAX_LIST_BYTE_LENGTH = 2 ** 28 - 1;

/** Bytes of JavaScript values made of one call's lifted values: a list whose elements all name the same megabytes. */
export const MAX_LIFTED_BYTES = 2 ** 30;

/** Entries of one table that are compared when an instance is put back: a table that takes longer to compare than an instance to make. */
export const MAX_REWOUND_TABLE_ENTRIES = 2000;

/** Resource types that one instantiation defines: each is an object at run time, and takes four bytes of a binary. */
export const MAX_RESOURCES = 100_000;

/** Bytes of one core module's code that are rewritten so that its instances can start over: it keeps the event loop for some 15 ms per megabyte. */
export const MAX_REWOUND_CODE_BYTES = 32 * 1024 * 1024;

/** Bytes that a memory may have grown by for its instance to start over: clearing it takes longer than making another. */
export const MAX_REWOUND_GROWTH = 16 * 1024 * 1024;

/** Compiled adapter modules that are kept for the next wire of their shape: wires of ever new shapes. */
export const MAX_CACHED_ADAPTERS = 1000;

/** Milliseconds for which threads go on before the host gets its turn: guests that only yield, or talk to one another. */
export const MAX_TURN_MS = 10;
/** Yields of a thread that can't let others have their turn, in one go: guests that yield until something happens. A second or two. */
export const MAX_SKIPPED_YIELDS = 4_000_000;

/** Waitables, waitable sets and error contexts of one instance, and its threads: each is an object, and a guest may make them in a loop. */
export const MAX_WAITABLES = 2 ** 20;
