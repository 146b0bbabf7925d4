import { InternalError } from '../../core/index.js';
import type { ModelParts, NodePart, TensorPart } from './proto.js';
import { encodeModel } from './proto.js';
import type { Attribute, ConstantData, Dim, DType } from './types.js';

/** Gradients of the inputs from that of the output; undefined where an input has none. Built from operators, so it has gradients too. */
export type Backward = (gradient: Tensor) => readonly (Tensor | undefined)[];

/** How a tensor came about, as far as gradients are concerned. */
interface Origin {
  readonly inputs: readonly Tensor[];
  readonly backward: Backward;
  /** Pieces that were cut from one input, and its gradient from theirs (those that have one). */
  readonly pieces?: {
    readonly all: readonly Tensor[];
    readonly join: (gradients: readonly (Tensor | undefined)[]) => Tensor;
  };
}

/** A value in a graph: a name, an element type and a shape. It holds no numbers until the graph runs. */
export class Tensor {
  readonly graph: Graph;
  /** Tensors are numbered in the order of their making, so inputs have lower numbers than outputs. */
  readonly id: number;
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
  origin: Origin | undefined;

  constructor(graph: Graph, id: number, value: { name: string; dtype: DType; shape: readonly Dim[] }) {
    this.graph = graph;
    this.id = id;
    this.name = value.name;
    this.dtype = value.dtype;
    this.shape = value.shape;
  }

  get rank(): number {
    return this.shape.length;
  }
}

/** A node that is to be added. */
export interface NodeRequest {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly Tensor[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Type and shape of a result. */
export interface ValueType {
  readonly dtype?: DType;
  readonly shape: readonly Dim[];
}

interface GraphNode extends NodePart {
  readonly from: readonly Tensor[];
  readonly to: readonly Tensor[];
}

/**
 * A computation that is put together operator by operator and written as ONNX (opset 18). Operators are functions of tensors (`ops/`); this
 * class only keeps what they add.
 */
export class Graph {
  readonly #nodes: GraphNode[] = [];
  /** Nodes whose results were promised to tensors made before (see {@link Graph.promise}). */
  readonly #first: GraphNode[] = [];
  readonly #inputs = new Map<string, Tensor>();
  readonly #constants = new Map<string, { tensor: Tensor; data: ConstantData; name?: string }>();
  #count = 0;

  /** A value that is fed when the graph runs. */
  input(name: string, shape: readonly Dim[], dtype: DType = 'float32'): Tensor {
    if (this.#inputs.has(name))
      throw new InternalError('GRAPH_NAME', `The graph has an input '${name}' already.`);
    const tensor = this.#tensor({ name, dtype, shape });
    this.#inputs.set(name, tensor);
    return tensor;
  }

  /** Numbers that are part of the graph. Equal small constants are kept once. */
  constant(data: ConstantData, shape: readonly number[], dtype: DType = dtypeOf(data)): Tensor {
    const size = shape.reduce((product, n) => product * n, 1);
    if (size !== data.length) {
      throw new InternalError(
        'GRAPH_SHAPE',
        `A constant of shape [${shape.join(', ')}] cannot hold ${data.length} numbers.`,
      );
    }
    const key = data.length <= 16 ? `${dtype}[${shape.join()}]${data.join()}` : `#${this.#count}`;
    return this.#keep(key, { dtype, shape }, data);
  }

  /** A single number. */
  scalar(value: number): Tensor {
    return this.constant(Float32Array.of(value), []);
  }

  /** Whole numbers that say how an operator works: axes, shapes. */
  integers(values: readonly number[]): Tensor {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** Adds a node with one result. */
  node(request: NodeRequest, type: ValueType): Tensor {
    return this.nodes(request, [type])[0]!;
  }

  /** Adds a node with several results. */
  nodes(request: NodeRequest, types: readonly ValueType[]): Tensor[] {
    for (const input of request.inputs) {
      if (input.graph === this) continue;
      throw new InternalError('GRAPH_MIXED', `'${request.op}' got a tensor of another graph.`);
    }
    const to = types.map(({ dtype = 'float32', shape }) => this.#tensor({ dtype, shape }));
    this.#nodes.push(graphNode(request, to));
    return to;
  }

  /** A tensor that {@link Graph.deliver} will make: parameters are used before it is known how many there are. */
  promise(type: ValueType): Tensor {
    return this.#tensor({ dtype: type.dtype ?? 'float32', shape: type.shape });
  }

  /** Adds a node, in front of all others, whose results are tensors promised before; later ones come behind earlier ones. */
  deliver(request: NodeRequest, to: readonly Tensor[]): void {
    this.#first.push(graphNode(request, to));
  }

  /** Numbers for a tensor promised before, under a name that readers of the model see. */
  settle(tensor: Tensor, name: string, data: Float32Array): void {
    this.#constants.set(`=${name}`, { tensor, data, name });
  }

  /** The model that computes `outputs` (by their names in the result); what they do not need is left out. */
  encode(outputs: Readonly<Record<string, Tensor>>, name = 'anamnesis'): Uint8Array {
    return encodeModel(this.parts(outputs, name));
  }

  /** As {@link Graph.encode}, before it is written. */
  parts(outputs: Readonly<Record<string, Tensor>>, name: string): ModelParts {
    const needed = new Set<Tensor>(Object.values(outputs));
    const nodes: NodePart[] = [];
    for (const node of [...this.#first, ...this.#nodes].reverse()) {
      if (!node.to.some((t) => needed.has(t))) continue;
      for (const input of node.from) needed.add(input);
      nodes.push(node);
    }
    nodes.reverse();
    const kept = [...this.#constants.values()].filter(({ tensor }) => needed.has(tensor));
    const names = new Map(kept.map(({ tensor, name = tensor.name }) => [tensor.name, name]));
    const named = nameOutputs(nodes, outputs, names);
    const constants = kept.map(({ tensor, data }): TensorPart => {
      return { name: names.get(tensor.name)!, dtype: tensor.dtype, shape: fixedShape(tensor), data };
    });
    return {
      name,
      nodes: named,
      constants,
      inputs: [...this.#inputs.values()].filter((t) => needed.has(t)),
      outputs: Object.entries(outputs).map(([output, t]) => ({
        name: output,
        dtype: t.dtype,
        shape: t.shape,
      })),
    };
  }

  #keep(key: string, type: { dtype: DType; shape: readonly number[] }, data: ConstantData): Tensor {
    const known = this.#constants.get(key);
    if (known !== undefined) return known.tensor;
    const tensor = this.#tensor(type);
    this.#constants.set(key, { tensor, data });
    return tensor;
  }

  #tensor({ name, dtype, shape }: { name?: string; dtype: DType; shape: readonly Dim[] }): Tensor {
    const id = this.#count++;
    return new Tensor(this, id, { name: name ?? `t${id}`, dtype, shape });
  }
}

/** Results under the names of the outputs; inputs, and tensors that are two outputs, are copied. @param constants new names of constants. */
function nameOutputs(
  nodes: readonly NodePart[],
  outputs: Readonly<Record<string, Tensor>>,
  constants: ReadonlyMap<string, string>,
): NodePart[] {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const names = new Map(constants);
  const copies: NodePart[] = [];
  for (const [output, { name }] of Object.entries(outputs)) {
    if (made.has(name) && !names.has(name)) names.set(name, output);
    else copies.push({ op: 'Identity', domain: '', inputs: [name], outputs: [output], attributes: {} });
  }
  const rename = (name: string): string => names.get(name) ?? name;
  return [...nodes, ...copies].map((node) => {
    return { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) };
  });
}

function graphNode(
  { op, domain = '', inputs, attributes = {} }: NodeRequest,
  to: readonly Tensor[],
): GraphNode {
  const names = { inputs: inputs.map((t) => t.name), outputs: to.map((t) => t.name) };
  return { op, domain, attributes, from: inputs, to, ...names };
}

function fixedShape({ shape, name }: Tensor): number[] {
  return shape.map((dim) => {
    if (typeof dim === 'number') return dim;
    throw new InternalError('GRAPH_SHAPE', `The constant '${name}' has an open dimension.`);
  });
}

function dtypeOf(data: ConstantData): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof BigInt64Array ? 'int64' : 'uint8';
}
