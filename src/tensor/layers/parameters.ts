import { InternalError } from '../../core/index.js';
import type { Rng } from '../../core/index.js';
import type { Graph, Tensor } from '../graph/graph.js';
import { castLike } from '../ops/elementwise.js';
import { concat, reshape } from '../ops/shape.js';
import type { Init } from './init.js';
import type { Site } from './site.js';

/** A named parameter and its place in the flat vector. */
export interface ParameterPlace {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/**
 * Parameters of a network that live in one flat vector, an input of the graph: a step then moves one tensor in and one out, and optimiser,
 * clipping and noise are a handful of operators on long vectors. Layers declare what they need; {@link Parameters.seal} ends that.
 */
export class Parameters {
  readonly graph: Graph;
  /** Name of the graph's input. */
  readonly name: string;
  /** Where layers meet examples, for clipping example by example (train/clipped.ts). */
  readonly sites: Site[] = [];
  readonly #places: ParameterPlace[] = [];
  readonly #tensors: Tensor[] = [];
  readonly #inits: Init[] = [];
  #size = 0;
  #flat: Tensor | undefined;

  constructor(graph: Graph, name = 'parameters') {
    this.graph = graph;
    this.name = name;
  }

  /** Declares a parameter. */
  add(name: string, shape: readonly number[], init: Init): Tensor {
    if (this.#flat !== undefined) throw new InternalError('PARAMETERS_SEALED', `'${name}' comes too late.`);
    if (this.#places.some((place) => place.name === name)) {
      throw new InternalError('PARAMETER_NAME', `There is a parameter '${name}' already.`);
    }
    const size = shape.reduce((product, n) => product * n, 1);
    const tensor = this.graph.promise({ shape });
    this.#places.push({ name, shape, offset: this.#size, size });
    this.#tensors.push(tensor);
    this.#inits.push(init);
    this.#size += size;
    return tensor;
  }

  /** How many numbers there are. */
  get size(): number {
    return this.#size;
  }

  get places(): readonly ParameterPlace[] {
    return this.#places;
  }

  get tensors(): readonly Tensor[] {
    return this.#tensors;
  }

  /** The flat vector as an input of the graph. Nothing can be declared afterwards. */
  seal(): Tensor {
    if (this.#flat !== undefined) return this.#flat;
    const { graph } = this;
    const flat = graph.input(this.name, [this.#size]);
    this.#flat = flat;
    if (this.#size === 0) return flat;
    const pieces = this.#places.map(({ size }) => graph.promise({ shape: [size] }));
    const shapes = this.#places.map(({ shape }) => graph.integers(shape));
    const sizes = graph.integers(this.#places.map((place) => place.size));
    graph.deliver({ op: 'Split', inputs: [flat, sizes], attributes: { axis: 0 } }, pieces);
    for (const [i, piece] of pieces.entries()) {
      graph.deliver({ op: 'Reshape', inputs: [piece, shapes[i]!] }, [this.#tensors[i]!]);
    }
    return flat;
  }

  /** The parameters as constants of the graph, from their flat vector, instead of {@link Parameters.seal}. */
  settle(flat: Float32Array): void {
    for (const [i, { name, offset, size }] of this.#places.entries())
      this.graph.settle(this.#tensors[i]!, name, flat.subarray(offset, offset + size));
  }

  /** A flat vector from one tensor for each parameter, zeros where there is none. */
  flatten(parts: readonly (Tensor | undefined)[]): Tensor {
    const like = parts.find((part) => part !== undefined);
    const pieces = this.#places.map(({ size }, i): Tensor => {
      const part = parts[i];
      if (part !== undefined) return reshape(part, [size]);
      const zero = this.graph.constant(new Float32Array(size), [size]);
      return like === undefined ? zero : castLike(zero, like);
    });
    return concat(pieces, 0);
  }

  /** Numbers to start with; each parameter has a stream of its own. */
  initial(rng: Rng): Float32Array {
    const flat = new Float32Array(this.#size);
    for (const [i, { name, offset, size }] of this.#places.entries()) {
      this.#inits[i]!(rng.split('parameter', name), flat.subarray(offset, offset + size));
    }
    return flat;
  }
}
