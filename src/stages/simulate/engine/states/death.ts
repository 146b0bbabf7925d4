import type { StateOf } from '../../module/schema.js';
import { codingOf } from '../codes.js';
import { outcome } from '../program.js';
import type { CompileContext } from '../program.js';
import { compileDuration } from '../quantity.js';
import type { Life, Root } from '../life.js';
import type { Coding } from '../../../../cohort/index.js';
import { EntryRef } from '../values.js';
import type { Run } from './control.js';
import { conditionOfState } from './reason.js';

/** Death now, or at a time to come unless something is sooner. The cause is given by code, attribute or the state of its onset. */
export function compileDeath(state: StateOf<'Death'>, context: CompileContext): Run {
  const after = compileDuration(state);
  const cause = causeOf(state, context);
  return (life, root) => {
    life.die(life.now + (after === null ? 0 : after(root.rng)), cause(life, root));
    return outcome.go;
  };
}

function causeOf(
  state: StateOf<'Death'>,
  context: CompileContext,
): (life: Life, root: Root) => Coding | null {
  if (state.codes !== undefined) {
    const coding = codingOf(state.codes[0]!);
    return () => coding;
  }
  if (state.referenced_by_attribute !== undefined) {
    context.reads.add(state.referenced_by_attribute);
    const id = context.attributes.id(state.referenced_by_attribute);
    return (life) => {
      const value = life.value(id);
      if (value instanceof EntryRef) return value.codes[0] ?? null;
      return typeof value === 'object' && 'code' in value ? value : null;
    };
  }
  const onset = state.condition_onset;
  if (onset === undefined) return () => null;
  return (life, root) => {
    const index = conditionOfState(life, root, onset);
    return index === null ? null : life.record.conditions[index]!.codes[0]!;
  };
}
