import type { Value } from '../../tensor/index.js';
import { Session, value } from '../../tensor/index.js';

/** A network that is ready to run, and its numbers to feed it with. */
export interface Prepared {
  readonly session: Session;
  readonly parameters: Value;
}

/** Networks that a thread keeps at hand. */
const KEPT = 2;
const prepared = new Map<number, Promise<Prepared>>();

export interface PrepareRequest {
  /** Tells models of this process apart (`PackedModel.id`). */
  readonly id: number;
  /** The network as ONNX. */
  readonly encode: () => Uint8Array;
  readonly parameters: Float32Array;
}

/** A model's network, the same one for as long as the thread has it at hand. One thread runs it, so that its bytes hang on nothing else. */
export async function prepare(request: PrepareRequest): Promise<Prepared> {
  const known = prepared.get(request.id);
  if (known !== undefined) return known;
  const made = create(request);
  prepared.set(request.id, made);
  made.catch(() => prepared.delete(request.id));
  for (const old of prepared.keys()) if (prepared.size > KEPT) prepared.delete(old);
  return made;
}

async function create({ encode, parameters }: PrepareRequest): Promise<Prepared> {
  const session = await Session.create(encode(), { threads: 1 });
  // ONNX Runtime does not read shared memory
  return { session, parameters: value(Float32Array.from(parameters)) };
}
