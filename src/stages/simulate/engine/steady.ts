import type { Rng } from '../../../core/index.js';
import type { StateDefinition } from '../module/schema.js';
import { unitMs } from '../module/parts.js';
import { edgesOf } from '../module/transitions.js';
import type { LookupTable } from '../module/types.js';
import { compileCondition } from './condition.js';
import { keyText } from './values.js';
import { waiting } from './life.js';
import type { Life, Root } from './life.js';
import { outcome } from './program.js';
import type { CompileContext, Outcome } from './program.js';

/** Chances of the next states, and until when (exclusive) they stay as they are. */
interface Spread {
  readonly targets: readonly number[];
  readonly shares: readonly number[];
}
interface Steady {
  readonly spread: Spread;
  readonly until: number;
}
type SteadyOf = (life: Life, root: Root) => Steady;

/** Attributes that never change in a life. */
const fixedAttributes: ReadonlySet<string> = new Set(['gender', 'race', 'ethnicity', 'state']);

/**
 * A Delay of fixed length that mostly leads back to itself (each month a small chance of an illness) is a row of equal trials: how many
 * rounds pass before it is left is geometric, so one draw replaces them all and the module sleeps until then. Whenever age or date
 * change the chances, the rest is drawn anew, which a geometric number allows (it has no memory). The record has the same
 * distribution as with every round drawn.
 * @returns null where the chances depend on anything else.
 */
export function compileSteadyLoop(
  state: StateDefinition,
  own: number,
  position: (name: string) => number,
  around: { readonly tables: ReadonlyMap<string, LookupTable>; readonly context: CompileContext },
): {
  readonly run: (life: Life, root: Root) => Outcome;
  readonly next: (life: Life, root: Root) => number;
} | null {
  if (state.type !== 'Delay' || state.exact === undefined) return null;
  if (!edgesOf(state).some((edge) => position(edge.to) === own)) return null;
  const step = Math.round(state.exact.quantity * unitMs[state.exact.unit]);
  const steady = step > 0 ? steadyOf(state, position, around) : null;
  if (steady === null) return null;
  const loop: Loop = { step, own, steady };
  return {
    run(life, root) {
      if (!root.resumed) return plan(life, root, loop, life.now + step);
      root.resumed = false;
      return root.chosen >= 0 ? outcome.go : plan(life, root, loop, life.now);
    },
    next(_life, root) {
      const { chosen } = root;
      root.chosen = -1;
      return chosen;
    },
  };
}

interface Loop {
  readonly step: number;
  readonly own: number;
  readonly steady: SteadyOf;
}

/** Chooses when the loop is left and to where, as far as the chances are known; at the end of that time it is asked again. */
function plan(life: Life, root: Root, { step, own, steady }: Loop, first: number): Outcome {
  const { spread, until } = steady(life, root);
  const rounds = until === Infinity ? Infinity : Math.max(0, Math.ceil((until - first) / step));
  const stay = shareOf(spread, own);
  const stays =
    stay >= 1 ? Infinity : stay <= 0 ? 0 : Math.floor(Math.log1p(-root.rng.next()) / Math.log(stay));
  if (stays >= rounds) return sleep(life, root, rounds === Infinity ? Infinity : first + rounds * step);
  root.chosen = chooseOther(spread, own, root.rng);
  const time = first + stays * step;
  return time === life.now ? outcome.go : sleep(life, root, time);
}

function sleep(life: Life, root: Root, time: number): Outcome {
  root.waiting = waiting.timer;
  life.queue.set(root.slot, time);
  return outcome.wait;
}

function shareOf({ targets, shares }: Spread, own: number): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) if (targets[i] === own) sum += shares[i]!;
  return sum;
}

function chooseOther({ targets, shares }: Spread, own: number, rng: Rng): number {
  const others = targets.map((target, i) => (target === own ? 0 : shares[i]!));
  return targets[rng.weightedIndex(others)]!;
}

/** Shares as they come out when options are taken in order against one draw and the last takes what is missing. */
function spreadOf(targets: readonly number[], given: readonly number[]): Spread {
  let left = 1;
  const shares = given.map((p, i) => {
    const share = i === given.length - 1 ? left : Math.min(left, p);
    left -= share;
    return share;
  });
  return { targets, shares };
}

interface Around {
  readonly tables: ReadonlyMap<string, LookupTable>;
  readonly context: CompileContext;
}
type Position = (name: string) => number;

function steadyOf(state: StateDefinition, position: Position, around: Around): SteadyOf | null {
  const weighted = (options: NonNullable<StateDefinition['distributed_transition']>): SteadyOf | null => {
    const targets = options.map((option) => position(option.transition));
    const yearly = options.some(({ distribution: p }) => typeof p !== 'number');
    if (!yearly) {
      const steady = {
        spread: spreadOf(
          targets,
          options.map((o) => (typeof o.distribution === 'number' ? o.distribution : 0)),
        ),
        until: Infinity,
      };
      return () => steady;
    }
    return yearlyShares(options, targets, around.context);
  };
  if (state.distributed_transition !== undefined) return weighted(state.distributed_transition);
  if (state.complex_transition !== undefined) {
    const options = state.complex_transition.map((option) => ({
      condition: option.condition === undefined ? null : compileCondition(option.condition, around.context),
      steady:
        option.transition === undefined
          ? weighted(option.distributions ?? [])
          : (): Steady => ({
              spread: { targets: [position(option.transition ?? '')], shares: [1] },
              until: Infinity,
            }),
    }));
    return firstSteady(options);
  }
  return state.lookup_table_transition === undefined
    ? null
    : lookupSteady(state.lookup_table_transition, position, around);
}

interface Option {
  readonly condition: ReturnType<typeof compileCondition> | null;
  readonly steady: SteadyOf | null;
}

function firstSteady(options: readonly Option[]): SteadyOf | null {
  const moved = options.some(
    ({ condition, steady }) => steady === null || (condition !== null && condition.reads.length > 0),
  );
  if (moved) return null;
  return (life, root) => {
    let until = Infinity;
    let found = options.at(-1)!;
    for (const option of options) {
      if (option.condition !== null) until = Math.min(until, option.condition.changes(life, root));
      if (option.condition !== null && !option.condition.test(life, root)) continue;
      found = option;
      break;
    }
    const steady = found.steady!(life, root);
    return { spread: steady.spread, until: Math.min(until, steady.until) };
  };
}

/** Chances held in attributes that are set at birthdays only. */
function yearlyShares(
  options: NonNullable<StateDefinition['distributed_transition']>,
  targets: readonly number[],
  context: CompileContext,
): SteadyOf | null {
  const parts: { id: number; share: number }[] = [];
  for (const { distribution: p } of options) {
    if (typeof p === 'number') parts.push({ id: -1, share: p });
    else if (context.yearly.has(p.attribute)) {
      context.reads.add(p.attribute);
      parts.push({ id: context.attributes.id(p.attribute), share: p.default });
    } else return null;
  }
  return (life) => {
    const shares = parts.map(({ id, share }) => {
      const value = id < 0 ? share : life.values[id];
      return typeof value === 'number' ? value : share;
    });
    return { spread: spreadOf(targets, shares), until: life.ages.yearsOld(life.ages.yearsAt(life.now) + 1) };
  };
}

function lookupSteady(
  options: NonNullable<StateDefinition['lookup_table_transition']>,
  position: Position,
  { tables, context }: Around,
): SteadyOf | null {
  const table = tables.get(options[0]!.lookup_table_name);
  if (table === undefined) return null;
  const keys = table.keys.filter((key) => key !== 'age' && key !== 'time').map((key) => key.toLowerCase());
  if (!keys.every((key) => fixedAttributes.has(key))) return null;
  const ids = keys.map((key) => context.attributes.id(key));
  const targets = table.states.map(position);
  const fallback = spreadOf(
    options.map((o) => position(o.transition)),
    options.map((o) => Number(o.default_probability)),
  );
  const groups = new Map<string, Row[]>();
  for (const row of table.rows) {
    const key = row.attributes.join('\0');
    const rows = groups.get(key) ?? [];
    rows.push({ age: row.age, time: row.time, spread: spreadOf(targets, row.probabilities) });
    groups.set(key, rows);
  }
  const find = [...groups].map(([key, rows]) => [key, finderOf(rows)] as const);
  const finders = new Map(find);
  return (life) => {
    const found = finders.get(ids.map((id) => keyText(life.values[id])).join('\0'))?.(life);
    return { spread: found?.spread ?? fallback, until: found?.until ?? Infinity };
  };
}

interface Row {
  readonly age: readonly [number, number] | null;
  readonly time: readonly [number, number] | null;
  readonly spread: Spread;
}
type Finder = (life: Life) => { readonly spread: Spread | null; readonly until: number };

/** Finds the row that fits now, and until when the answer holds: by bisection where rows are spans of time one after the other. */
function finderOf(rows: readonly Row[]): Finder {
  const times = rows.flatMap(({ age, time }) => (age === null && time !== null ? [time] : []));
  const ordered =
    times.length === rows.length && times.every(([low], i) => i === 0 || low > times[i - 1]![1]);
  return ordered ? timeFinder(rows, times) : scan(rows);
}

function timeFinder(rows: readonly Row[], times: readonly (readonly [number, number])[]): Finder {
  return ({ now }) => {
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (times[middle]![1] < now) low = middle + 1;
      else high = middle;
    }
    const span = times[low];
    if (span === undefined) return { spread: null, until: Infinity };
    return now < span[0]
      ? { spread: null, until: span[0] }
      : { spread: rows[low]!.spread, until: span[1] + 1 };
  };
}

function scan(rows: readonly Row[]): Finder {
  return ({ now, ages }) => {
    const age = ages.yearsAt(now);
    let until = Infinity;
    let spread: Spread | null = null;
    const edge = (time: number): void => {
      if (time > now && time < until) until = time;
    };
    for (const row of rows) {
      if (row.age !== null) {
        edge(ages.yearsOld(row.age[0]));
        edge(ages.yearsOld(row.age[1] + 1));
      }
      if (row.time !== null) {
        edge(row.time[0]);
        edge(row.time[1] + 1);
      }
      const fits =
        (row.age === null || (age >= row.age[0] && age <= row.age[1])) &&
        (row.time === null || (now >= row.time[0] && now <= row.time[1]));
      if (fits) spread ??= row.spread;
    }
    return { spread, until };
  };
}
