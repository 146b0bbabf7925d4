import { InternalError } from '../../../core/index.js';
import type { StateDefinition } from '../module/schema.js';
import type { LookupTable } from '../module/types.js';
import { compileCondition } from './condition.js';
import { careSetting } from './care-setting.js';
import type { Life, Root } from './life.js';
import type { CompileContext } from './program.js';
import { keyText } from './values.js';

/** Chooses the next state by its position in the module. */
export type Next = (life: Life, root: Root) => number;

interface Weighted {
  readonly transition: string;
  readonly distribution: number | { readonly attribute: string; readonly default: number };
}

/**
 * The way out of a state. As in Synthea, options of a distribution are taken in order against one draw, what is missing to 1 goes to the
 * last, and when no condition holds the last option is taken.
 */
export function compileTransition(
  state: StateDefinition,
  position: (name: string) => number,
  tables: ReadonlyMap<string, LookupTable>,
  context: CompileContext,
): Next {
  if (state.direct_transition !== undefined) return fixed(position(state.direct_transition));
  if (state.distributed_transition !== undefined)
    return distributed(state.distributed_transition, position, context);
  if (state.conditional_transition !== undefined)
    return firstThatHolds(
      state.conditional_transition.map(({ condition, transition }) => ({
        condition,
        next: fixed(position(transition)),
      })),
      context,
    );
  if (state.complex_transition !== undefined)
    return firstThatHolds(
      state.complex_transition.map(({ condition, transition, distributions }) => ({
        condition,
        next:
          transition === undefined
            ? distributed(distributions ?? [], position, context)
            : fixed(position(transition)),
      })),
      context,
    );
  if (state.lookup_table_transition !== undefined)
    return lookup(state.lookup_table_transition, position, tables, context);
  const care = state.type_of_care_transition;
  if (care !== undefined) {
    const ambulatory = position(care.ambulatory);
    const emergency = position(care.emergency);
    const telemedicine = position(care.telemedicine);
    return (life, root) => {
      const setting = careSetting(root.rng, life.now);
      return setting === 'telemedicine' ? telemedicine : setting === 'emergency' ? emergency : ambulatory;
    };
  }
  return fixed(-1);
}

function fixed(position: number): Next {
  return () => position;
}

type Conditional = {
  readonly condition: Parameters<typeof compileCondition>[0] | undefined;
  readonly next: Next;
};

function firstThatHolds(options: readonly Conditional[], context: CompileContext): Next {
  const compiled = options.map(({ condition, next }) => ({
    test: condition === undefined ? null : compileCondition(condition, context).test,
    next,
  }));
  const last = compiled.at(-1)!.next;
  return (life, root) => {
    for (const { test, next } of compiled) if (test === null || test(life, root)) return next(life, root);
    return last(life, root);
  };
}

function distributed(
  options: readonly Weighted[],
  position: (name: string) => number,
  context: CompileContext,
): Next {
  const targets = options.map((option) => position(option.transition));
  const last = targets.at(-1)!;
  if (options.every((option) => typeof option.distribution === 'number')) {
    const steps = cumulative(options.map((o) => (typeof o.distribution === 'number' ? o.distribution : 0)));
    return (_life, root) => pick(steps, targets, root.rng.next());
  }
  const shares = options.map(({ distribution }) => {
    if (typeof distribution === 'number') return { id: -1, share: distribution };
    context.reads.add(distribution.attribute);
    return { id: context.attributes.id(distribution.attribute), share: distribution.default };
  });
  return (life, root) => {
    const p = root.rng.next();
    let sum = 0;
    for (let i = 0; i < shares.length; i++) {
      const { id, share } = shares[i]!;
      const value = id < 0 ? share : life.value(id);
      sum += typeof value === 'number' ? value : share;
      if (p < sum) return targets[i]!;
    }
    return last;
  };
}

function cumulative(shares: readonly number[]): Float64Array {
  const steps = new Float64Array(shares.length);
  let sum = 0;
  for (let i = 0; i < shares.length; i++) steps[i] = sum += shares[i]!;
  return steps;
}

function pick(steps: Float64Array, targets: readonly number[], p: number): number {
  for (let i = 0; i < steps.length; i++) if (p < steps[i]!) return targets[i]!;
  return targets[targets.length - 1]!;
}

interface CompiledRow {
  readonly age: readonly [number, number] | null;
  readonly time: readonly [number, number] | null;
  readonly steps: Float64Array;
}

function lookup(
  options: NonNullable<StateDefinition['lookup_table_transition']>,
  position: (name: string) => number,
  tables: ReadonlyMap<string, LookupTable>,
  context: CompileContext,
): Next {
  const name = options[0]!.lookup_table_name;
  const table = tables.get(name);
  if (table === undefined) throw new InternalError('NO_LOOKUP_TABLE', `The table ${name} is not loaded.`);
  const targets = table.states.map(position);
  const fallback = cumulative(options.map((option) => Number(option.default_probability)));
  const fallbackTargets = options.map((option) => position(option.transition));
  const keys = table.keys.filter((key) => key !== 'age' && key !== 'time').map((key) => key.toLowerCase());
  const ids = keys.map((key) => {
    context.reads.add(key);
    return context.attributes.id(key);
  });
  const usesAge = table.keys.includes('age');
  const groups = new Map<string, CompiledRow[]>();
  for (const row of table.rows) {
    const key = row.attributes.join('\0');
    const rows = groups.get(key) ?? [];
    rows.push({ age: row.age, time: row.time, steps: cumulative(row.probabilities) });
    groups.set(key, rows);
  }
  return (life, root) => {
    const rows = groups.get(ids.map((id) => keyText(life.value(id))).join('\0'));
    const p = root.rng.next();
    const age = usesAge ? life.ages.yearsAt(life.now) : 0;
    for (const row of rows ?? []) {
      if (row.age !== null && (age < row.age[0] || age > row.age[1])) continue;
      if (row.time !== null && (life.now < row.time[0] || life.now > row.time[1])) continue;
      return pick(row.steps, targets, p);
    }
    return pick(fallback, fallbackTargets, p);
  };
}
