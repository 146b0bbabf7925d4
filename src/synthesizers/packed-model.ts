import { DefaultDeserializer, DefaultSerializer } from 'node:v8';

/**
 * A model in a form that is cheap to send to worker threads again and again: everything but its typed arrays as bytes on shared
 * memory, and the arrays, which should lie on shared memory too. A thread unpacks it once.
 */
export interface PackedModel<M> {
  /** Tells packed models of this process apart. */
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly arrays: readonly ArrayBufferView[];
  /** What {@link unpackModel} returns; never set. */
  readonly model?: M;
}

let packed = 0;

/** Packs plain data: objects, arrays, maps, texts, numbers and typed arrays. */
export function packModel<M>(model: M): PackedModel<M> {
  const writer = new Writer();
  writer.writeHeader();
  writer.writeValue(model);
  const data = writer.releaseBuffer();
  const bytes = new Uint8Array(new SharedArrayBuffer(data.length));
  bytes.set(data);
  return { id: packed++, bytes, arrays: writer.arrays };
}

/** Models that a thread keeps at hand. */
const KEPT = 2;
const unpacked = new Map<number, unknown>();

/** The model, the same object for as long as the thread has it at hand. */
export function unpackModel<M>({ id, bytes, arrays }: PackedModel<M>): M {
  const known = unpacked.get(id);
  if (known !== undefined) return known as M;
  const reader = new Reader(Buffer.from(bytes));
  reader.arrays = arrays;
  reader.readHeader();
  const model = reader.readValue() as M;
  unpacked.set(id, model);
  for (const old of unpacked.keys()) if (unpacked.size > KEPT) unpacked.delete(old);
  return model;
}

/** Sets typed arrays aside; the bytes hold their numbers. */
class Writer extends DefaultSerializer {
  readonly arrays: ArrayBufferView[] = [];

  /** The name that Node's serializer calls for typed arrays. */
  _writeHostObject(view: ArrayBufferView): void {
    this.writeUint32(this.arrays.push(view) - 1);
  }
}

class Reader extends DefaultDeserializer {
  arrays: readonly ArrayBufferView[] = [];

  _readHostObject(): ArrayBufferView {
    return this.arrays[this.readUint32()]!;
  }
}
