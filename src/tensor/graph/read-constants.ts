import protobuf from 'protobufjs/minimal.js';

const { Reader } = protobuf;
type Reader = InstanceType<typeof Reader>;

/** A constant of a model: its shape, and its 32-bit numbers. */
export interface ModelConstant {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const FLOAT = 1;

/** The floating-point constants of an ONNX model that `Graph.encode` wrote, by name. @throws RangeError or Error for other bytes. */
export function readConstants(model: Uint8Array): Map<string, ModelConstant> {
  const found = new Map<string, ModelConstant>();
  fields(Reader.create(model), {
    7: (graph) => {
      fields(inside(graph), {
        5: (tensor) => {
          const { name, type, shape, bytes } = readTensor(inside(tensor));
          if (type === FLOAT)
            found.set(name, { shape, data: new Float32Array(Uint8Array.from(bytes).buffer) });
        },
      });
    },
  });
  return found;
}

function readTensor(reader: Reader): { name: string; type: number; shape: number[]; bytes: Uint8Array } {
  const tensor = { name: '', type: 0, shape: [] as number[], bytes: new Uint8Array(0) as Uint8Array };
  fields(reader, {
    1: (r) => tensor.shape.push(Number(r.int64())),
    2: (r) => (tensor.type = r.int32()),
    8: (r) => (tensor.name = r.string()),
    9: (r) => (tensor.bytes = r.bytes()),
  });
  return tensor;
}

/** Calls what is named for a field's number with the reader at its content; skips the others. */
function fields(reader: Reader, read: Readonly<Record<number, (reader: Reader) => unknown>>): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const known = read[tag >>> 3];
    if (known === undefined) reader.skipType(tag & 7);
    else known(reader);
  }
}

/** A message inside another; the outer reader goes on behind it. */
function inside(reader: Reader): Reader {
  return Reader.create(reader.bytes());
}
