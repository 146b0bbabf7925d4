import type { ModelParts } from './proto.js';

/** A dimension: its length, or the name of a length that is known only when the graph runs (`batch`). */
export type Dim = number | string;

/** Element types that graphs use; `float64` is for sums that must not err. Integers and bits carry no gradient. */
export type DType = 'float32' | 'float64' | 'uint8' | 'int32' | 'int64' | 'bool';

/** Values of an ONNX attribute. Whole numbers are written as integers unless in `{ float }`; a graph is what a loop runs. */
export type Attribute =
  number | string | readonly number[] | { readonly float: number } | { readonly graph: ModelParts };

/** Data of a constant. */
export type ConstantData = Float32Array | Int32Array | BigInt64Array | Uint8Array;
