export { type Composed, type ComposedPart, type ComposedWire, type Composition, compose } from "./compose.ts";
export { type Decomposed, decompose, type FoundPart, type FoundWire } from "./decompose.ts";
