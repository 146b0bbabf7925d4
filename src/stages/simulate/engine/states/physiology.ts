import type { StateOf } from '../../module/schema.js';
import { compileExpression } from '../expression.js';
import type { Life } from '../life.js';
import { physiologyModel } from '../physiology.js';
import { outcome } from '../program.js';
import type { CompileContext } from '../program.js';
import { numberOf, runNothing } from './control.js';
import type { Run } from './control.js';

/** Whether a Physiology state runs its model here; else it goes its other way, as Synthea does when physiology is off. */
export function runsModel(state: StateOf<'Physiology'>, context: CompileContext): boolean {
  const model = physiologyModel(state.model);
  const known = state.outputs.every(
    (output) => model?.outputs.includes(output.from_list ?? output.from ?? '') === true,
  );
  return context.physiology && model !== undefined && known;
}

export function compilePhysiology(state: StateOf<'Physiology'>, context: CompileContext): Run {
  const model = physiologyModel(state.model);
  if (model === undefined || !runsModel(state, context)) return runNothing;
  const inputs = state.inputs.map((input) => ({ to: input.to, read: inputOf(input) }));
  const outputs = state.outputs.map((output) => {
    context.writes.add(output.to);
    return {
      id: context.attributes.id(output.to),
      from: output.from_list ?? output.from ?? '',
      list: output.from_list !== undefined,
    };
  });
  return (life) => {
    const values = new Map(inputs.map(({ to, read }) => [to, read(life)]));
    const series = model.run(values, state.sim_duration, state.step_size);
    const skip = Math.round((state.lead_time ?? 0) / state.step_size);
    for (const { id, from, list } of outputs) {
      const all = (series.get(from) ?? []).slice(skip);
      life.set(id, list ? all : all.at(-1));
    }
    life.samplePeriodMs = state.step_size * 1000;
    return outcome.go;
  };
}

function inputOf(input: StateOf<'Physiology'>['inputs'][number]): (life: Life) => number {
  const expression = input.from_exp === undefined ? null : compileExpression<Life>(input.from_exp, numberOf);
  if (typeof expression === 'function') return expression;
  const name = input.from ?? '';
  return (life) => numberOf(life, name) ?? 0;
}
