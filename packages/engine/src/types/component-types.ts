/**
 * The types of the Component Model, as the validator makes them from type definitions and as every later phase
 * reads them. Types are immutable objects; an index in a binary is resolved once and never seen again.
 *
 * Identity: a type that is imported or exported by name `(type (eq i))` is a *new* object with `aliasOf` pointing to
 * the one it equals. Value types are compared structurally (`subtype.ts`), so an alias equals its original; the
 * object identity only says *by which name* a type was reached (WIT and declarations print `use` by it).
 * Resources are compared by `ResourceType.identity`.
 */

export type PrimitiveKind = "bool" | "s8" | "u8" | "s16" | "u16" | "s32" | "u32" | "s64" | "u64" | "f32" | "f64" | "char" | "string" | "error-context";

export interface PrimitiveType {
  readonly kind: PrimitiveKind;
  readonly aliasOf?: ValueType;
}
export interface Field {
  readonly name: string;
  readonly type: ValueType;
}
export interface Case {
  readonly name: string;
  readonly type: ValueType | undefined;
}
export interface RecordType {
  readonly kind: "record";
  readonly fields: readonly Field[];
  readonly aliasOf?: ValueType;
}
export interface VariantType {
  readonly kind: "variant";
  readonly cases: readonly Case[];
  readonly aliasOf?: ValueType;
}
/** `length` is set for fixed-length lists. */
export interface ListType {
  readonly kind: "list";
  readonly element: ValueType;
  readonly length?: number;
  readonly aliasOf?: ValueType;
}
export interface MapType {
  readonly kind: "map";
  readonly key: ValueType;
  readonly value: ValueType;
  readonly aliasOf?: ValueType;
}
export interface TupleType {
  readonly kind: "tuple";
  readonly types: readonly ValueType[];
  readonly aliasOf?: ValueType;
}
export interface FlagsType {
  readonly kind: "flags";
  readonly labels: readonly string[];
  readonly aliasOf?: ValueType;
}
export interface EnumType {
  readonly kind: "enum";
  readonly labels: readonly string[];
  readonly aliasOf?: ValueType;
}
export interface OptionType {
  readonly kind: "option";
  readonly some: ValueType;
  readonly aliasOf?: ValueType;
}
export interface ResultType {
  readonly kind: "result";
  readonly ok: ValueType | undefined;
  readonly err: ValueType | undefined;
  readonly aliasOf?: ValueType;
}
export interface OwnType {
  readonly kind: "own";
  readonly resource: ResourceType;
  readonly aliasOf?: ValueType;
}
export interface BorrowType {
  readonly kind: "borrow";
  readonly resource: ResourceType;
  readonly aliasOf?: ValueType;
}
export interface StreamType {
  readonly kind: "stream";
  readonly element: ValueType | undefined;
  readonly aliasOf?: ValueType;
}
export interface FutureType {
  readonly kind: "future";
  readonly element: ValueType | undefined;
  readonly aliasOf?: ValueType;
}

/** A `valtype` of the specification, resolved. */
export type ValueType =
  | PrimitiveType
  | RecordType
  | VariantType
  | ListType
  | MapType
  | TupleType
  | FlagsType
  | EnumType
  | OptionType
  | ResultType
  | OwnType
  | BorrowType
  | StreamType
  | FutureType;

/** What makes two resource types the same: one object per definition, import, or fresh export of an instantiation. */
export interface ResourceIdentity {
  /** For diagnostics: the name by which it was first imported, exported or defined. */
  readonly name: string | undefined;
  /** The representation, when it is defined here (`undefined`: abstract, imported or of an instance). */
  readonly rep: "i32" | "i64" | undefined;
}
export interface ResourceType {
  readonly kind: "resource";
  readonly identity: ResourceIdentity;
  readonly aliasOf?: ResourceType;
}

export interface Parameter {
  readonly name: string;
  readonly type: ValueType;
}
export interface FuncType {
  readonly kind: "func";
  readonly async: boolean;
  readonly params: readonly Parameter[];
  readonly result: ValueType | undefined;
}

/** What may stand beside an import or export name (Binary.md `nameattributes`); ignored by type-checking. */
export interface NameAttributes {
  readonly implements?: string;
  readonly versionSuffix?: string;
  readonly externalId?: string;
}

/** The type of an import or export, `externtype`. */
export type ExternType =
  | { readonly sort: "module"; readonly type: ModuleType; readonly attributes?: NameAttributes }
  | { readonly sort: "func"; readonly type: FuncType; readonly attributes?: NameAttributes }
  | { readonly sort: "value"; readonly type: ValueType; readonly attributes?: NameAttributes }
  | { readonly sort: "type"; readonly type: AnyType; readonly attributes?: NameAttributes }
  | { readonly sort: "instance"; readonly type: InstanceType; readonly attributes?: NameAttributes }
  | { readonly sort: "component"; readonly type: ComponentType; readonly attributes?: NameAttributes };

/** `exports` in definition order. Resources that only this type introduces are in `resources`. */
export interface InstanceType {
  readonly kind: "instance";
  readonly exports: ReadonlyMap<string, ExternType>;
  /**
   * Resources that this type introduces (`(export "r" (type (sub resource)))`), of type definitions only. Each instance of such
   * a type has fresh ones in their place, which belong to the component it is in: the type of an import, an export or an
   * instance has none.
   */
  readonly resources: readonly ResourceIdentity[];
}
export interface ComponentType {
  readonly kind: "component";
  readonly imports: ReadonlyMap<string, ExternType>;
  readonly exports: ReadonlyMap<string, ExternType>;
  /** Identities that stand for the resources of arguments: replaced by the actual ones on instantiation. */
  readonly importedResources: readonly ResourceIdentity[];
  /** Identities that stand for resources of the component's own: fresh on each instantiation. */
  readonly definedResources: readonly ResourceIdentity[];
}

/** Anything that the type index space may hold. */
export type AnyType = ValueType | ResourceType | FuncType | InstanceType | ComponentType;

// ---------------------------------------------------------------- core types

export type CoreNumberType = "i32" | "i64" | "f32" | "f64" | "v128";
/** `heap` is an abstract heap type (`func`, `extern`, `any`, `exn`, ...; `shared func`, ...) or a core type definition. */
export interface CoreRefType {
  readonly nullable: boolean;
  readonly heap: string | CoreSubType;
}
export type CoreValueType = CoreNumberType | CoreRefType;
/** Types defined together, which may refer to one another. Equal groups of one `table` are one object. */
export interface CoreRecGroup {
  readonly types: readonly CoreSubType[];
  readonly table: object;
}
/** A field of a struct or the element of an array. */
export interface CoreFieldType {
  readonly type: CoreValueType | "i8" | "i16";
  readonly mutable: boolean;
}
export interface CoreFuncType {
  readonly kind: "func";
  readonly params: readonly CoreValueType[];
  readonly results: readonly CoreValueType[];
}
export type CoreCompositeType =
  | CoreFuncType
  | { readonly kind: "struct"; readonly fields: readonly CoreFieldType[] }
  | { readonly kind: "array"; readonly element: CoreFieldType }
  | { readonly kind: "cont"; readonly type: CoreSubType };
/**
 * A core type definition. References to members of its own recursion group are by object, so it may be cyclic:
 * compare with `canonicalId`, which is equal exactly for types that are equal under iso-recursive typing. Ids are of one
 * validation; types of different components are compared by `sameCoreType`.
 */
export interface CoreSubType {
  readonly kind: "sub";
  readonly final: boolean;
  readonly shared: boolean;
  readonly supertype: CoreSubType | undefined;
  readonly composite: CoreCompositeType;
  readonly canonicalId: number;
  /** The recursion group that it is the `index`th member of; absent: a group of its own. */
  readonly group?: CoreRecGroup;
  readonly index?: number;
}
export interface CoreLimits {
  readonly min: bigint;
  readonly max: bigint | undefined;
  readonly index: "i32" | "i64";
  readonly shared: boolean;
  readonly pageSizeLog2?: number;
}
export type CoreExternType =
  | { readonly sort: "func"; readonly type: CoreSubType }
  | { readonly sort: "table"; readonly element: CoreRefType; readonly limits: CoreLimits }
  | { readonly sort: "memory"; readonly limits: CoreLimits }
  | { readonly sort: "global"; readonly type: CoreValueType; readonly mutable: boolean; readonly shared: boolean }
  | { readonly sort: "tag"; readonly type: CoreSubType };
export interface CoreImport {
  readonly module: string;
  readonly name: string;
  readonly type: CoreExternType;
}
export interface ModuleType {
  readonly kind: "module";
  readonly imports: readonly CoreImport[];
  readonly exports: ReadonlyMap<string, CoreExternType>;
}
