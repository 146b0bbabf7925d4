import type { Coding, Reason } from '../../../../cohort/index.js';
import type { Life, Root } from '../life.js';
import type { CompileContext } from '../program.js';
import { EntryRef } from '../values.js';

/**
 * The `reason` of a state: an attribute that holds a condition or a code, else the name of the state in which a condition of this module
 * began.
 */
export function compileReason(
  reason: string | undefined,
  context: CompileContext,
): (life: Life, root: Root) => Reason | null {
  if (reason === undefined || reason === '') return () => null;
  const id = context.attributes.id(reason);
  return (life, root) => {
    const value = life.values[id];
    if (value instanceof EntryRef)
      return value.codes[0] === undefined ? null : reasonFor(life, value.codes[0], value);
    if (typeof value === 'object' && 'code' in value) return reasonFor(life, value, null);
    const index = conditionOfState(life, root, reason);
    return index === null ? null : { code: life.record.conditions[index]!.codes[0]!, condition: index };
  };
}

function reasonFor(life: Life, code: Coding, ref: EntryRef | null): Reason {
  if (ref !== null && ref.kind === 'condition' && ref.index >= 0) return { code, condition: ref.index };
  return { code, condition: life.present.conditions.get(code.code) ?? null };
}

/** The active condition that began in a state of this module (or of a submodule that it called). */
export function conditionOfState(life: Life, root: Root, state: string): number | null {
  const { conditions } = life.record;
  for (const index of life.present.conditions.values()) {
    const { origin } = conditions[index]!;
    if (origin.state === state && life.owners.conditions[index] === root.program.index) return index;
  }
  return null;
}
