import type { Tensor } from '../graph/graph.js';
import { fixedDim } from '../graph/shape.js';
import { add, mul, sigmoid, sub, tanh } from '../ops/elementwise.js';
import { affine } from '../ops/matmul.js';
import { concat, reshape, slice, split } from '../ops/shape.js';
import { fanIn } from './init.js';
import type { Parameters } from './parameters.js';

/** Outputs of every step [batch, time, units] and the state after the last [batch, units]. */
export interface Recurrent {
  readonly outputs: Tensor;
  readonly last: Tensor;
}

interface Weights {
  readonly input: Tensor;
  readonly state: Tensor;
  readonly inputBias: Tensor;
  readonly stateBias: Tensor;
}

/**
 * A gated recurrent unit (Cho et al. 2014, in PyTorch's form: the reset gate acts on the product) over [batch, time, width], unrolled. Declares
 * `name.input` [width, 3·units], `name.state` [units, 3·units] in the order reset, update, new, and their biases.
 */
export function gru(parameters: Parameters, name: string, x: Tensor, units: number): Recurrent {
  const w = weights(parameters, name, x, { units, gates: 3 });
  return unroll(x, units, (now, [state]) => {
    const [ir, iz, inew] = split(affine(now, w.input, w.inputBias), [units, units, units], 1);
    const [hr, hz, hnew] = split(affine(state!, w.state, w.stateBias), [units, units, units], 1);
    const reset = sigmoid(add(ir!, hr!));
    const update = sigmoid(add(iz!, hz!));
    const fresh = tanh(add(inew!, mul(reset, hnew!)));
    return [add(fresh, mul(update, sub(state!, fresh)))];
  });
}

/** A long short-term memory (Hochreiter and Schmidhuber 1997, with forget gate) over [batch, time, width], unrolled; gates in the order input, forget, cell, output. */
export function lstm(parameters: Parameters, name: string, x: Tensor, units: number): Recurrent {
  const w = weights(parameters, name, x, { units, gates: 4 });
  return unroll(x, units, (now, [state, memory]) => {
    const gates = add(affine(now, w.input, w.inputBias), affine(state!, w.state, w.stateBias));
    const [i, f, c, o] = split(gates, [units, units, units, units], 1);
    const next = add(mul(sigmoid(f!), memory!), mul(sigmoid(i!), tanh(c!)));
    return [mul(sigmoid(o!), tanh(next)), next];
  });
}

function weights(
  parameters: Parameters,
  name: string,
  x: Tensor,
  { units, gates }: { units: number; gates: number },
): Weights {
  const width = fixedDim(x.shape[2], name);
  const init = fanIn(units);
  return {
    input: parameters.add(`${name}.input`, [width, gates * units], init),
    state: parameters.add(`${name}.state`, [units, gates * units], init),
    inputBias: parameters.add(`${name}.inputBias`, [gates * units], init),
    stateBias: parameters.add(`${name}.stateBias`, [gates * units], init),
  };
}

/** Steps through time; the first of the states is the output. */
function unroll(
  x: Tensor,
  units: number,
  step: (now: Tensor, states: readonly Tensor[]) => readonly Tensor[],
): Recurrent {
  const batch = x.shape[0]!;
  const time = fixedDim(x.shape[1], 'a recurrent layer');
  const width = fixedDim(x.shape[2], 'a recurrent layer');
  const zero = zeroStates(x, units);
  let states: readonly Tensor[] = [zero, zero];
  const outputs: Tensor[] = [];
  for (let t = 0; t < time; t++) {
    states = step(reshape(slice(x, 1, t, 1), [batch, width]), states);
    outputs.push(reshape(states[0]!, [batch, 1, units]));
  }
  return { outputs: concat(outputs, 1), last: states[0]! };
}

function zeroStates(x: Tensor, units: number): Tensor {
  const batch = x.graph.node(
    { op: 'Shape', inputs: [x], attributes: { start: 0, end: 1 } },
    { dtype: 'int64', shape: [1] },
  );
  const shape = x.graph.node(
    { op: 'Concat', inputs: [batch, x.graph.integers([units])], attributes: { axis: 0 } },
    { dtype: 'int64', shape: [2] },
  );
  return x.graph.node({ op: 'ConstantOfShape', inputs: [shape] }, { shape: [x.shape[0]!, units] });
}
