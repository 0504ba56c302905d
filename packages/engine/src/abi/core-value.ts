/** What core wasm functions take and give: `i64` and the addresses of 64-bit memories are bigints. */
export type CoreValue = number | bigint;
export type CoreType = "i32" | "i64" | "f32" | "f64";

/** A core wasm function as JavaScript sees it; those of the Canonical ABI have at most one result. */
export type CoreFunction = (...values: CoreValue[]) => CoreValue | undefined;

export interface CoreSignature {
  readonly params: readonly CoreType[];
  readonly results: readonly CoreType[];
}

/** Addresses in JavaScript are numbers: above 2^53 they lose bits, but no memory is that large, so the bounds check holds. */
export function addressFromCore(value: CoreValue, wide: boolean): number {
  return wide ? Number(BigInt.asUintN(64, value as bigint)) : (value as number) >>> 0;
}

export function addressToCore(address: number, wide: boolean): CoreValue {
  return wide ? BigInt(address) : address;
}

export function loadAddress(view: DataView, at: number, wide: boolean): number {
  const low = view.getUint32(at, true);
  return wide ? low + view.getUint32(at + 4, true) * 0x1_0000_0000 : low;
}

export function storeAddress(view: DataView, at: number, address: number, wide: boolean): void {
  view.setUint32(at, address, true);
  if (wide) view.setUint32(at + 4, address / 0x1_0000_0000, true);
}
