import protobuf from 'protobufjs/minimal.js';
import type { Attribute, ConstantData, Dim, DType } from './types.js';

const { Writer } = protobuf;
type Writer = InstanceType<typeof Writer>;

/** The parts of an ONNX model that we write (onnx.proto, IR version 9). */
export interface ModelParts {
  readonly name: string;
  readonly nodes: readonly NodePart[];
  readonly constants: readonly TensorPart[];
  readonly inputs: readonly ValuePart[];
  readonly outputs: readonly ValuePart[];
}

export interface NodePart {
  readonly op: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface ValuePart {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

export interface TensorPart {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: ConstantData;
}

const IR_VERSION = 9;
/** ONNX opset 18: reductions take their axes as input, `Split` its number of parts. */
export const OPSET = 18;

const elementType: Record<DType, number> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};
const attributeType = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;

const bytesField = (field: number): number => ((field << 3) | 2) >>> 0;
const intField = (field: number): number => (field << 3) >>> 0;
const floatField = (field: number): number => ((field << 3) | 5) >>> 0;

/** An ONNX model as the bytes of its file. */
export function encodeModel(model: ModelParts): Uint8Array {
  const writer = Writer.create();
  writer.uint32(intField(1)).int64(IR_VERSION);
  writer.uint32(bytesField(2)).string('anamnesis');
  message(writer, 7, (w) => {
    writeGraph(w, model);
  });
  const domains = new Set(['', ...model.nodes.map((node) => node.domain)]);
  for (const domain of domains) {
    message(writer, 8, (w) => {
      w.uint32(bytesField(1)).string(domain);
      w.uint32(intField(2)).int64(domain === '' ? OPSET : 1);
    });
  }
  return writer.finish();
}

function message(writer: Writer, field: number, fill: (writer: Writer) => void): void {
  writer.uint32(bytesField(field)).fork();
  fill(writer);
  writer.ldelim();
}

function writeGraph(writer: Writer, { nodes, name, constants, inputs, outputs }: ModelParts): void {
  for (const node of nodes)
    message(writer, 1, (w) => {
      writeNode(w, node);
    });
  writer.uint32(bytesField(2)).string(name);
  for (const constant of constants)
    message(writer, 5, (w) => {
      writeTensor(w, constant);
    });
  for (const input of inputs)
    message(writer, 11, (w) => {
      writeValue(w, input);
    });
  for (const output of outputs)
    message(writer, 12, (w) => {
      writeValue(w, output);
    });
}

function writeNode(writer: Writer, { op, domain, inputs, outputs, attributes }: NodePart): void {
  for (const input of inputs) writer.uint32(bytesField(1)).string(input);
  for (const output of outputs) writer.uint32(bytesField(2)).string(output);
  writer.uint32(bytesField(4)).string(op);
  for (const [name, value] of Object.entries(attributes)) {
    message(writer, 5, (w) => {
      writeAttribute(w, name, value);
    });
  }
  if (domain !== '') writer.uint32(bytesField(7)).string(domain);
}

function writeAttribute(writer: Writer, name: string, value: Attribute): void {
  writer.uint32(bytesField(1)).string(name);
  const type = (kind: keyof typeof attributeType): void => {
    writer.uint32(intField(20)).int32(attributeType[kind]);
  };
  if (typeof value === 'string') {
    writer.uint32(bytesField(4)).string(value);
    type('string');
  } else if (typeof value === 'number') {
    writer.uint32(intField(3)).int64(value);
    type('int');
  } else if ('float' in value) {
    writer.uint32(floatField(2)).float(value.float);
    type('float');
  } else if ('graph' in value) {
    const { graph } = value;
    message(writer, 6, (w) => {
      writeGraph(w, graph);
    });
    type('graph');
  } else {
    for (const item of value) writer.uint32(intField(8)).int64(item);
    type('ints');
  }
}

function writeTensor(writer: Writer, { name, dtype, shape, data }: TensorPart): void {
  for (const length of shape) writer.uint32(intField(1)).int64(length);
  writer.uint32(intField(2)).int32(elementType[dtype]);
  writer.uint32(bytesField(8)).string(name);
  writer.uint32(bytesField(9)).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue(writer: Writer, { name, dtype, shape }: ValuePart): void {
  writer.uint32(bytesField(1)).string(name);
  message(writer, 2, (type) => {
    message(type, 1, (tensor) => {
      tensor.uint32(intField(1)).int32(elementType[dtype]);
      message(tensor, 2, (dims) => {
        for (const dim of shape) {
          message(dims, 1, (w) => {
            if (typeof dim === 'number') w.uint32(intField(1)).int64(dim);
            else w.uint32(bytesField(2)).string(dim);
          });
        }
      });
    });
  });
}
