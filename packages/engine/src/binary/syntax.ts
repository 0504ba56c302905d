/**
 * What the decoder yields: one object per definition, in binary order, with indices as written.
 * `offset` is the byte offset of the definition in the whole binary. Names follow Binary.md.
 *
 * Nested components arrive flat: `component-begin`, their definitions, `component-end`; so neither the decoder nor its
 * reader recurses on input. Types nest by declarators and are bounded by `MAX_TYPE_NESTING`.
 */

export type CoreSort = "func" | "table" | "memory" | "global" | "tag" | "type" | "module" | "instance";
export type Sort = "func" | "value" | "type" | "component" | "instance" | "core module" | `core ${CoreSort}`;

export type PrimitiveName = "bool" | "s8" | "u8" | "s16" | "u16" | "s32" | "u32" | "s64" | "u64" | "f32" | "f64" | "char" | "string" | "error-context";
/** A number is a type index. */
export type ValTypeRef = PrimitiveName | number;

export interface LabelledType {
  readonly label: string;
  readonly type: ValTypeRef;
}

export type DefinedTypeSyntax =
  | { readonly kind: "primitive"; readonly name: PrimitiveName }
  | { readonly kind: "record"; readonly fields: readonly LabelledType[] }
  | { readonly kind: "variant"; readonly cases: readonly { readonly label: string; readonly type: ValTypeRef | undefined }[] }
  | { readonly kind: "list"; readonly element: ValTypeRef; readonly length?: number }
  | { readonly kind: "map"; readonly key: ValTypeRef; readonly value: ValTypeRef }
  | { readonly kind: "tuple"; readonly types: readonly ValTypeRef[] }
  | { readonly kind: "flags"; readonly labels: readonly string[] }
  | { readonly kind: "enum"; readonly labels: readonly string[] }
  | { readonly kind: "option"; readonly some: ValTypeRef }
  | { readonly kind: "result"; readonly ok: ValTypeRef | undefined; readonly err: ValTypeRef | undefined }
  | { readonly kind: "own"; readonly resource: number }
  | { readonly kind: "borrow"; readonly resource: number }
  | { readonly kind: "stream"; readonly element: ValTypeRef | undefined }
  | { readonly kind: "future"; readonly element: ValTypeRef | undefined };

export interface FuncTypeSyntax {
  readonly kind: "func";
  readonly async: boolean;
  readonly params: readonly LabelledType[];
  readonly result: ValTypeRef | undefined;
}
export interface ResourceTypeSyntax {
  readonly kind: "resource";
  readonly rep: CoreValTypeSyntax;
  readonly dtor: number | undefined;
}
export type TypeSyntax =
  | DefinedTypeSyntax
  | FuncTypeSyntax
  | ResourceTypeSyntax
  | { readonly kind: "component-type"; readonly declarators: readonly Declarator[] }
  | { readonly kind: "instance-type"; readonly declarators: readonly Declarator[] };

export type Declarator =
  | { readonly kind: "core-type"; readonly type: CoreTypeSyntax; readonly offset: number }
  | { readonly kind: "type"; readonly type: TypeSyntax; readonly offset: number }
  | { readonly kind: "alias"; readonly alias: AliasSyntax; readonly offset: number }
  | { readonly kind: "import"; readonly name: ExternNameSyntax; readonly type: ExternTypeSyntax; readonly offset: number }
  | { readonly kind: "export"; readonly name: ExternNameSyntax; readonly type: ExternTypeSyntax; readonly offset: number };

export interface ExternNameSyntax {
  readonly name: string;
  readonly implements?: string;
  readonly versionSuffix?: string;
  readonly externalId?: string;
}

export type ExternTypeSyntax =
  | { readonly sort: "core module"; readonly type: number }
  | { readonly sort: "func"; readonly type: number }
  | { readonly sort: "value"; readonly bound: { readonly eq: number } | { readonly type: ValTypeRef } }
  | { readonly sort: "type"; readonly bound: { readonly eq: number } | "sub-resource" }
  | { readonly sort: "component"; readonly type: number }
  | { readonly sort: "instance"; readonly type: number };

export type AliasSyntax =
  | { readonly target: "export"; readonly sort: Sort; readonly instance: number; readonly name: string }
  | { readonly target: "core-export"; readonly sort: CoreSort; readonly instance: number; readonly name: string }
  | { readonly target: "outer"; readonly sort: Sort; readonly count: number; readonly index: number };

// ---------------------------------------------------------------- core types, as written
export type CoreHeapTypeSyntax = { readonly abstract: string; readonly shared: boolean } | { readonly index: number };
export interface CoreRefTypeSyntax {
  readonly nullable: boolean;
  readonly heap: CoreHeapTypeSyntax;
}
export type CoreValTypeSyntax = "i32" | "i64" | "f32" | "f64" | "v128" | CoreRefTypeSyntax;
export interface CoreFieldSyntax {
  readonly type: CoreValTypeSyntax | "i8" | "i16";
  readonly mutable: boolean;
}
export type CoreCompositeSyntax =
  | { readonly kind: "func"; readonly params: readonly CoreValTypeSyntax[]; readonly results: readonly CoreValTypeSyntax[] }
  | { readonly kind: "struct"; readonly fields: readonly CoreFieldSyntax[] }
  | { readonly kind: "array"; readonly element: CoreFieldSyntax }
  | { readonly kind: "cont"; readonly type: number };
export interface CoreSubTypeSyntax {
  readonly final: boolean;
  readonly shared: boolean;
  readonly supertypes: readonly number[];
  readonly composite: CoreCompositeSyntax;
}
/** A recursion group; `explicit` when written with `rec`. */
export interface CoreRecGroupSyntax {
  readonly kind: "rec";
  readonly explicit: boolean;
  readonly types: readonly CoreSubTypeSyntax[];
}
export type CoreTypeSyntax = CoreRecGroupSyntax | { readonly kind: "module-type"; readonly declarators: readonly CoreModuleDeclarator[] };
export interface CoreLimitsSyntax {
  readonly min: bigint;
  readonly max: bigint | undefined;
  readonly index: "i32" | "i64";
  readonly shared: boolean;
  readonly pageSizeLog2?: number;
}
export type CoreExternTypeSyntax =
  | { readonly sort: "func"; readonly type: number }
  | { readonly sort: "table"; readonly element: CoreRefTypeSyntax; readonly limits: CoreLimitsSyntax }
  | { readonly sort: "memory"; readonly limits: CoreLimitsSyntax }
  | { readonly sort: "global"; readonly type: CoreValTypeSyntax; readonly mutable: boolean; readonly shared: boolean }
  | { readonly sort: "tag"; readonly type: number };
export type CoreModuleDeclarator =
  | { readonly kind: "import"; readonly module: string; readonly name: string; readonly type: CoreExternTypeSyntax; readonly offset: number }
  | { readonly kind: "type"; readonly type: CoreTypeSyntax; readonly offset: number }
  | { readonly kind: "alias"; readonly count: number; readonly index: number; readonly offset: number }
  | { readonly kind: "export"; readonly name: string; readonly type: CoreExternTypeSyntax; readonly offset: number };

// ---------------------------------------------------------------- canonical definitions
export type CanonOptionSyntax =
  | { readonly kind: "utf8" | "utf16" | "latin1+utf16" | "async" | "gc"; readonly offset: number }
  | { readonly kind: "memory" | "realloc" | "post-return" | "callback" | "core-type"; readonly index: number; readonly offset: number };

/** Built-ins with one resource, stream or future type index. */
type OnType =
  | "resource.new"
  | "resource.drop"
  | "resource.rep"
  | "stream.new"
  | "stream.drop-readable"
  | "stream.drop-writable"
  | "future.new"
  | "future.drop-readable"
  | "future.drop-writable";
export type CanonSyntax =
  | { readonly canon: "lift"; readonly coreFunc: number; readonly options: readonly CanonOptionSyntax[]; readonly type: number }
  | { readonly canon: "lower"; readonly func: number; readonly options: readonly CanonOptionSyntax[] }
  | { readonly canon: OnType; readonly type: number }
  | { readonly canon: "stream.read" | "stream.write" | "future.read" | "future.write"; readonly type: number; readonly options: readonly CanonOptionSyntax[] }
  | {
      readonly canon: "stream.cancel-read" | "stream.cancel-write" | "future.cancel-read" | "future.cancel-write";
      readonly type: number;
      readonly async: boolean;
    }
  | { readonly canon: "task.return"; readonly result: ValTypeRef | undefined; readonly options: readonly CanonOptionSyntax[] }
  | { readonly canon: "context.get" | "context.set"; readonly type: CoreValTypeSyntax; readonly slot: number }
  | { readonly canon: "subtask.cancel"; readonly async: boolean }
  | { readonly canon: "error-context.new" | "error-context.debug-message"; readonly options: readonly CanonOptionSyntax[] }
  | { readonly canon: "waitable-set.wait" | "waitable-set.poll"; readonly cancellable: boolean; readonly memory: number }
  | {
      readonly canon:
        | "thread.yield"
        | "thread.suspend"
        | "thread.suspend-then-resume"
        | "thread.yield-then-resume"
        | "thread.suspend-then-promote"
        | "thread.yield-then-promote";
      readonly cancellable: boolean;
    }
  | { readonly canon: "thread.new-indirect"; readonly type: number; readonly table: number }
  | { readonly canon: "thread.spawn-ref"; readonly shared: boolean; readonly type: number }
  | { readonly canon: "thread.spawn-indirect"; readonly shared: boolean; readonly type: number; readonly table: number }
  | { readonly canon: "thread.available-parallelism"; readonly shared: boolean }
  | {
      readonly canon:
        | "backpressure.inc"
        | "backpressure.dec"
        | "task.cancel"
        | "subtask.drop"
        | "error-context.drop"
        | "waitable-set.new"
        | "waitable-set.drop"
        | "waitable.join"
        | "thread.index"
        | "thread.resume-later";
    };

// ---------------------------------------------------------------- definitions
export interface SortIndex {
  readonly sort: Sort;
  readonly index: number;
}

export type Definition =
  /** `range` of the module's bytes in the whole binary. */
  | { readonly kind: "core-module"; readonly start: number; readonly end: number; readonly offset: number }
  | {
      readonly kind: "core-instantiate";
      readonly module: number;
      readonly args: readonly { readonly name: string; readonly instance: number }[];
      readonly offset: number;
    }
  | {
      readonly kind: "core-inline-exports";
      readonly exports: readonly { readonly name: string; readonly sort: CoreSort; readonly index: number }[];
      readonly offset: number;
    }
  | { readonly kind: "core-type"; readonly type: CoreTypeSyntax; readonly offset: number }
  | { readonly kind: "component-begin"; readonly offset: number }
  | { readonly kind: "component-end"; readonly offset: number }
  | { readonly kind: "instantiate"; readonly component: number; readonly args: readonly ({ readonly name: string } & SortIndex)[]; readonly offset: number }
  | { readonly kind: "inline-exports"; readonly exports: readonly ({ readonly name: ExternNameSyntax } & SortIndex)[]; readonly offset: number }
  | { readonly kind: "alias"; readonly alias: AliasSyntax; readonly offset: number }
  | { readonly kind: "type"; readonly type: TypeSyntax; readonly offset: number }
  | { readonly kind: "canon"; readonly canon: CanonSyntax; readonly offset: number }
  | { readonly kind: "start"; readonly func: number; readonly args: readonly number[]; readonly results: number; readonly offset: number }
  | { readonly kind: "import"; readonly name: ExternNameSyntax; readonly type: ExternTypeSyntax; readonly offset: number }
  | ({ readonly kind: "export"; readonly name: ExternNameSyntax; readonly type: ExternTypeSyntax | undefined; readonly offset: number } & SortIndex)
  /** `type` followed by its bytes, to be read by that type. */
  | { readonly kind: "value"; readonly type: ValTypeRef; readonly bytes: Uint8Array; readonly offset: number }
  | { readonly kind: "custom"; readonly name: string; readonly start: number; readonly end: number; readonly offset: number };
