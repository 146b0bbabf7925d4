import { InternalError } from '../../core/index.js';
import type { ModelParts, NodePart, ValuePart } from './proto.js';
import type { Dim } from './types.js';

/** How often the loop runs: a scalar input (int64) of a repeated model. */
export const TIMES = 'times';

/** Where each run's part of the inputs with an open first dimension begins, and where the last one ends: an input [times + 1] (int64) for each such dimension. */
export function boundsOf(dim: string): string {
  return `bounds.${dim}`;
}

/**
 * A model that runs `step` several times in one call, as one ONNX `Loop`. Its inputs are those of `step` with a part for each run: one behind the other where the
 * first dimension is open, stacked otherwise. Its results are the carried ones after the last run, and the others of all runs stacked.
 * Each run does the same operators on the same numbers as `step` alone, so that the bytes are the same, however the runs are spread over calls.
 * @param carried results of a run and the inputs that they are in the next.
 */
export function repeated(step: ModelParts, carried: Readonly<Record<string, string>>): ModelParts {
  const inputOf = new Map(Object.entries(carried));
  const isCarried = new Set(inputOf.values());
  const fed = step.inputs.filter(({ name }) => !isCarried.has(name));
  const state = step.inputs.filter(({ name }) => isCarried.has(name));
  const resultOf = new Map([...inputOf].map(([result, input]) => [input, result]));
  const stacked = step.outputs.filter(({ name }) => !inputOf.has(name));
  const open = [...new Set(fed.flatMap(({ shape }) => (typeof shape[0] === 'string' ? [shape[0]] : [])))];
  const outer = new Set([...step.inputs, ...step.outputs].map(({ name }) => name));
  const inside = (name: string): string => (outer.has(name) ? `run.${name}` : name);
  const results = state.map(({ name }) => typed(step.outputs, resultOf.get(name)!));
  const body: ModelParts = {
    ...step,
    name: 'step',
    nodes: [
      ...open.flatMap(cutting),
      ...fed.map(part),
      ...step.nodes.map((each) => ({
        ...each,
        inputs: each.inputs.map(inside),
        outputs: each.outputs.map(inside),
      })),
      node('Identity', ['go on'], ['still go on']),
    ],
    constants: [
      ...step.constants,
      { name: 'axis 0', dtype: 'int64', shape: [1], data: BigInt64Array.of(0n) },
      { name: 'one', dtype: 'int64', shape: [1], data: BigInt64Array.of(1n) },
    ],
    inputs: [
      { name: 'run', dtype: 'int64', shape: [] },
      { name: 'go on', dtype: 'bool', shape: [] },
      ...state.map(({ name, ...type }) => ({ ...type, name: inside(name) })),
    ],
    outputs: [
      { name: 'still go on', dtype: 'bool', shape: [] },
      ...[...results, ...stacked].map(({ name, ...type }) => ({ ...type, name: inside(name) })),
    ],
  };
  const loop = node(
    'Loop',
    [TIMES, '', ...state.map(({ name }) => name)],
    [...results, ...stacked].map(({ name }) => name),
  );
  return {
    name: step.name,
    nodes: [{ ...loop, attributes: { body: { graph: body } } }],
    constants: [],
    inputs: [
      { name: TIMES, dtype: 'int64', shape: [] },
      ...open.map((dim): ValuePart => ({ name: boundsOf(dim), dtype: 'int64', shape: [`${dim} bounds`] })),
      ...state,
      ...fed.map(({ name, dtype, shape }) => ({
        name,
        dtype,
        shape: isOpen(shape) ? [`all ${shape[0]}`, ...shape.slice(1)] : [TIMES, ...shape],
      })),
    ],
    outputs: [
      ...results,
      ...stacked.map(({ name, dtype, shape }) => ({ name, dtype, shape: [TIMES, ...shape] })),
    ],
  };
}

/** Whether the runs' parts of an input stand one behind the other instead of being stacked. */
export function isOpen(shape: readonly Dim[]): shape is readonly [string, ...Dim[]] {
  return typeof shape[0] === 'string';
}

/** First and last place of a run in an open dimension. */
function cutting(dim: string): NodePart[] {
  const bounds = boundsOf(dim);
  const [at, next] = [`${dim}: run`, `${dim}: next run`];
  return [
    node('Unsqueeze', ['run', 'axis 0'], [at]),
    node('Add', [at, 'one'], [next]),
    node('Gather', [bounds, at], [`${dim}: from`]),
    node('Gather', [bounds, next], [`${dim}: to`]),
  ];
}

function part({ name, shape }: ValuePart): NodePart {
  if (!isOpen(shape)) return node('Gather', [name, 'run'], [`run.${name}`]);
  return node('Slice', [name, `${shape[0]}: from`, `${shape[0]}: to`, 'axis 0'], [`run.${name}`]);
}

function node(op: string, inputs: readonly string[], outputs: readonly string[]): NodePart {
  return { op, domain: '', inputs, outputs, attributes: {} };
}

function typed(values: readonly ValuePart[], name: string): ValuePart {
  const found = values.find((value) => value.name === name);
  if (found === undefined) throw new InternalError('GRAPH_NAME', `The model has no result '${name}'.`);
  return found;
}
