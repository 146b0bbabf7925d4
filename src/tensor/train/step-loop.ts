import { InternalError } from '../../core/index.js';
import type { ModelParts, ValuePart } from '../graph/proto.js';
import { boundsOf, isOpen, repeated, TIMES } from '../graph/repeat.js';
import type { Value } from '../run/session.js';
import { value } from '../run/session.js';

type Feeds = Readonly<Record<string, Value>>;

/** Steps of a call: more gain little, and all that they are fed must be ready before. */
const STEPS = 16;
/** Rows · parameters of a step; longer ones gain nothing, as measured (docs/decisions/0026-several-steps-in-a-loop.md). */
const LONGEST_STEP = 2 ** 26;

/** Steps that go in one call of the session: by the size of a step alone, so that it hangs on neither clock nor machine. */
export function stepsPerCall(rows: number, parameters: number): number {
  return rows * parameters <= LONGEST_STEP ? STEPS : 1;
}

/** A step of training as a loop: what several steps are fed goes in together, and their results come out together. */
export class StepLoop {
  readonly model: ModelParts;
  /** Inputs that each step has its own numbers for. */
  readonly #fed: readonly ValuePart[];
  readonly #carried: ReadonlySet<string>;

  /** @param carried as for {@link repeated}. */
  constructor(step: ModelParts, carried: Readonly<Record<string, string>>) {
    this.model = repeated(step, carried);
    const state = new Set(Object.values(carried));
    this.#fed = step.inputs.filter(({ name }) => !state.has(name));
    this.#carried = new Set(Object.keys(carried));
  }

  /** What several steps are fed, together. */
  feeds(steps: readonly Feeds[]): Record<string, Value> {
    const together: Record<string, Value> = { [TIMES]: value(BigInt64Array.of(BigInt(steps.length)), []) };
    for (const { name, shape } of this.#fed) {
      const parts = steps.map((step) => partOf(step, name));
      if (!isOpen(shape)) {
        together[name] = join(parts, [steps.length, ...parts[0]!.shape]);
        continue;
      }
      const bounds = boundsIn(parts);
      together[name] = join(parts, [bounds.at(-1)!, ...parts[0]!.shape.slice(1)]);
      together[boundsOf(shape[0])] = value(BigInt64Array.from(bounds, BigInt));
    }
    return together;
  }

  /** The results of each of several steps. */
  results(together: Feeds, steps: number): Record<string, Value>[] {
    const stacked = Object.entries(together).filter(([name]) => !this.#carried.has(name));
    return Array.from({ length: steps }, (_, step) =>
      Object.fromEntries(
        stacked.map(([name, { dtype, data, shape }]) => {
          const size = data.length / steps;
          return [name, { dtype, data: data.slice(step * size, (step + 1) * size), shape: shape.slice(1) }];
        }),
      ),
    );
  }
}

function partOf(feeds: Feeds, name: string): Value {
  const fed = feeds[name];
  if (fed === undefined) throw new InternalError('FEED_MISSING', `A step is not fed '${name}'.`);
  return fed;
}

/** Where each part begins in the first dimension, and where the last one ends. */
function boundsIn(parts: readonly Value[]): number[] {
  const bounds = [0];
  for (const { shape } of parts) bounds.push(bounds.at(-1)! + shape[0]!);
  return bounds;
}

/** The numbers of several values one behind the other. */
function join(parts: readonly Value[], shape: readonly number[]): Value {
  const [first] = parts;
  const { dtype, data } = first!;
  if (parts.length === 1) return { dtype, data, shape };
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.data.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.data.buffer, part.data.byteOffset, part.data.byteLength), at);
    at += part.data.byteLength;
  }
  return { dtype, data: numbersOf(bytes.buffer, data), shape };
}

/** Bytes as numbers of the type that `like` has. */
function numbersOf(bytes: ArrayBuffer, like: Value['data']): Value['data'] {
  if (like instanceof Float32Array) return new Float32Array(bytes);
  if (like instanceof Float64Array) return new Float64Array(bytes);
  if (like instanceof Int32Array) return new Int32Array(bytes);
  return like instanceof BigInt64Array ? new BigInt64Array(bytes) : new Uint8Array(bytes);
}
