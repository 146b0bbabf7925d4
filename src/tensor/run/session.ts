import type * as Ort from 'onnxruntime-node';
import { InternalError, UserError } from '../../core/index.js';
import type { DType } from '../graph/types.js';

/** Where graphs run. `webgpu` and `cuda` need a GPU and are faster for wide networks only; `cpu` is everywhere. */
export const providers = ['cpu', 'webgpu', 'cuda'] as const;
export type Provider = (typeof providers)[number];

export interface RunOptions {
  /** Default: `cpu`. */
  readonly provider?: Provider;
  /**
   * Threads of one operator. Wide products are cut up by it and then round differently in the last place, so it is a number of the caller's,
   * never one of the machine. Default 1. Graphs that add up rows (`scatterRows`: the gradients of embeddings) run on one thread in any case.
   */
  readonly threads?: number;
}

type Numbers = Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;

/** Numbers with a shape, as they go in and out of a session. */
export interface Value {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Numbers;
}

/** A vector or matrix of numbers for a session; `shape` defaults to one axis. The memory is not copied. */
export function value(data: Numbers, shape: readonly number[] = [data.length]): Value {
  return { dtype: dtypeOf(data), shape, data };
}

/** A graph that is ready to run. */
export class Session {
  readonly #ort: typeof Ort;
  readonly #session: Ort.InferenceSession;

  private constructor(ort: typeof Ort, session: Ort.InferenceSession) {
    this.#ort = ort;
    this.#session = session;
  }

  /**
   * Prepares an ONNX model.
   * @param model its bytes, or the path of its file (whose external data lie beside it).
   * @throws UserError `NO_PROVIDER` when the execution provider is not there.
   */
  static async create(model: Uint8Array | string, options: RunOptions = {}): Promise<Session> {
    const { provider = 'cpu' } = options;
    const threads = sumsRows(model) ? 1 : (options.threads ?? 1);
    const ort = await runtime();
    const settings: Ort.InferenceSession.SessionOptions = {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
    };
    try {
      const session =
        typeof model === 'string'
          ? await ort.InferenceSession.create(model, settings)
          : await ort.InferenceSession.create(model, settings);
      return new Session(ort, session);
    } catch (cause) {
      if (provider === 'cpu') {
        throw new InternalError('GRAPH_REFUSED', 'ONNX Runtime refused a graph.', { cause });
      }
      throw new UserError('NO_PROVIDER', `Networks cannot run on '${provider}' here.`, {
        expected: 'a GPU, its driver and an ONNX Runtime built for it',
        fix: "use the provider 'cpu'",
        cause,
      });
    }
  }

  /**
   * Runs the graph once.
   * @param into memory that results are written to, by their names; the others get memory of their own.
   */
  async run(
    feeds: Readonly<Record<string, Value>>,
    into: Readonly<Record<string, Value>> = {},
  ): Promise<Record<string, Value>> {
    const inputs: Record<string, Ort.Tensor> = {};
    for (const [name, fed] of Object.entries(feeds)) inputs[name] = this.#tensor(fed);
    const fetches: Record<string, Ort.Tensor | null> = {};
    for (const name of this.#session.outputNames) {
      const place = into[name];
      fetches[name] = place === undefined ? null : this.#tensor(place);
    }
    const results = await this.#session.run(inputs, fetches);
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, into[name] ?? valueOf(tensor)]),
    );
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #tensor({ dtype, data, shape }: Value): Ort.Tensor {
    return new this.#ort.Tensor(dtype as 'float32', data as Float32Array, shape);
  }
}

/** Whether a graph adds up rows in one place: ONNX Runtime 1.30 does so from several threads at once without a lock, and loses most of them. */
function sumsRows(model: Uint8Array | string): boolean {
  if (typeof model === 'string') return false; // saved networks only draw
  return Buffer.from(model.buffer, model.byteOffset, model.byteLength).includes('ScatterND');
}

/** Loaded when the first network runs: nothing else needs its 20 MB. */
async function runtime(): Promise<typeof Ort> {
  const ort = await import('onnxruntime-node');
  ort.env.logLevel = 'fatal'; // what goes wrong is thrown; a library does not print
  return ort;
}

function valueOf(tensor: Ort.Tensor): Value {
  const { data, dims } = tensor;
  if (
    data instanceof Float32Array ||
    data instanceof Float64Array ||
    data instanceof Int32Array ||
    data instanceof BigInt64Array
  ) {
    return value(data, dims);
  }
  if (data instanceof Uint8Array)
    return { dtype: tensor.type === 'bool' ? 'bool' : 'uint8', data, shape: dims };
  throw new InternalError('TENSOR_TYPE', `A result of type '${tensor.type}' was not expected.`);
}

function dtypeOf(data: Numbers): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof BigInt64Array ? 'int64' : 'uint8';
}
