import { Session } from '../../tensor/index.js';

/** Networks that a thread keeps at hand. */
const KEPT = 2;
const prepared = new Map<number, Promise<Session>>();

/**
 * A model's network, the same session for as long as the thread has it at hand. One thread runs it, so that its bytes hang on nothing else.
 * @param id tells models of this process apart (`PackedModel.id`).
 * @param encode the network with its numbers, as ONNX: what a saved model has in its file.
 */
export async function prepare(id: number, encode: () => Uint8Array): Promise<Session> {
  const known = prepared.get(id);
  if (known !== undefined) return known;
  const made = Session.create(encode(), { threads: 1 });
  prepared.set(id, made);
  made.catch(() => prepared.delete(id));
  for (const old of prepared.keys()) if (prepared.size > KEPT) prepared.delete(old);
  return made;
}
