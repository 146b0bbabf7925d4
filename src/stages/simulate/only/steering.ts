import { UserError } from '../../../core/index.js';
import type { Expression, Op } from './expression.js';

/** What can be drawn as wanted instead of waited for. */
export interface Steering {
  readonly ageYears: { readonly min: number; readonly max: number };
  readonly sex: 'female' | 'male' | null;
  /** True: only the living fit; false: only the dead; null: either. */
  readonly alive: boolean | null;
}

const oldest = 110;

/** What all who fit have in common and can be drawn: from comparisons that are joined by `and` at the top. */
export function steer(expression: Expression, text: string): Steering {
  let min = 0;
  let max = oldest;
  const sexes = new Set<'female' | 'male'>(['female', 'male']);
  const lives = new Set([true, false]);
  const only = <T>(set: Set<T>, value: T, wanted: boolean): void => {
    for (const one of set) if ((one === value) !== wanted) set.delete(one);
  };
  const visit = (e: Expression, wanted: boolean): void => {
    if (e.kind === 'and' && wanted) for (const part of e.parts) visit(part, true);
    else if (e.kind === 'or' && !wanted) for (const part of e.parts) visit(part, false);
    else if (e.kind === 'not') visit(e.part, !wanted);
    else if (e.kind === 'name') {
      const name = e.name.toLowerCase();
      if (name === 'female' || name === 'male') only(sexes, name, wanted);
      if (name === 'alive') only(lives, true, wanted);
      if (name === 'dead' || name === 'deceased') only(lives, false, wanted);
    } else if (e.kind === 'compare') {
      const name = e.name.toLowerCase();
      const value = e.value.toLowerCase();
      if (name === 'age') [min, max] = narrow([min, max], wanted ? e.op : opposite(e.op), Number(e.value));
      if (name === 'sex' || name === 'gender')
        only(sexes, value.startsWith('f') ? 'female' : 'male', wanted === (e.op === '='));
    }
  };
  visit(expression, true);
  if (min > max || sexes.size === 0 || lives.size === 0)
    throw new UserError('IMPOSSIBLE_ONLY', `Nobody can fit the expression of --only: ${text}`, {
      expected: 'conditions that one person can meet together',
      got: min > max ? 'ages that exclude each other' : 'conditions that exclude each other',
      fix: 'correct the comparisons joined by and',
    });
  return {
    ageYears: { min, max },
    sex: sexes.size === 1 ? [...sexes][0]! : null,
    alive: lives.size === 1 ? [...lives][0]! : null,
  };
}

function opposite(op: Op): Op {
  const pairs: Readonly<Record<Op, Op>> = {
    '<': '>=',
    '<=': '>',
    '>': '<=',
    '>=': '<',
    '=': '!=',
    '!=': '=',
  };
  return pairs[op];
}

function narrow([min, max]: readonly [number, number], op: Op, value: number): [number, number] {
  switch (op) {
    case '>':
      return [Math.max(min, Math.floor(value) + 1), max];
    case '>=':
      return [Math.max(min, Math.ceil(value)), max];
    case '<':
      return [min, Math.min(max, Math.ceil(value) - 1)];
    case '<=':
      return [min, Math.min(max, Math.floor(value))];
    case '=':
      return [Math.max(min, Math.ceil(value)), Math.min(max, Math.floor(value))];
    case '!=':
      return [min, max];
  }
}
