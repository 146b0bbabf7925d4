import { encodeModel, OPSET } from '../graph/proto.js';
import type { ValuePart } from '../graph/proto.js';
import type { Graph, Tensor } from '../graph/graph.js';
import { readConstants } from '../graph/read-constants.js';
import type { Parameters } from './parameters.js';

/** A network that is to be written with its numbers: what it computes, and the parameters that these are for, in their order. Not yet sealed. */
export interface OpenNetwork {
  readonly graph: Graph;
  readonly parameters: readonly Parameters[];
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** A network with its numbers, which any tool that reads ONNX can run. */
export interface FrozenNetwork {
  /** The file's bytes. */
  readonly model: Uint8Array;
  readonly opset: number;
  readonly inputs: readonly ValuePart[];
  readonly outputs: readonly ValuePart[];
}

/** How many numbers a network has. */
export function networkSize({ parameters }: OpenNetwork): number {
  return parameters.reduce((sum, { size }) => sum + size, 0);
}

/** Writes a network, each of its parameters a constant of its own name. The network cannot be used again. @param numbers all parameters, flat. */
export function freeze({ graph, parameters, outputs }: OpenNetwork, numbers: Float32Array): FrozenNetwork {
  let from = 0;
  for (const some of parameters) some.settle(numbers.subarray(from, (from += some.size)));
  const parts = graph.parts(outputs, 'anamnesis');
  return { model: encodeModel(parts), opset: OPSET, inputs: parts.inputs, outputs: parts.outputs };
}

/** The numbers of a network that {@link freeze} wrote, flat and on shared memory; undefined when the model is of another network. */
export function thaw({ parameters }: OpenNetwork, model: Uint8Array): Float32Array | undefined {
  const constants = readConstants(model);
  const places = parameters.flatMap((some) => some.places);
  const size = places.reduce((sum, place) => sum + place.size, 0);
  const numbers = new Float32Array(new SharedArrayBuffer(4 * size));
  let at = 0;
  for (const { name, shape, size } of places) {
    const found = constants.get(name);
    if (found?.shape.join() !== shape.join() || found.data.length !== size) return undefined;
    numbers.set(found.data, at);
    at += size;
  }
  return numbers;
}
