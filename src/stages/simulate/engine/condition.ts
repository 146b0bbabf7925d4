import type { ConditionDefinition, Operator } from '../module/condition-schema.js';
import { unitMs } from '../module/parts.js';
import { codingOf } from './codes.js';
import { firstAttribute, parts } from './life.js';
import type { Life, Root } from './life.js';
import type { CompileContext } from './program.js';
import { compareValues, EntryRef } from './values.js';
import type { Present } from './life.js';

/** A condition, ready to test. */
export interface CompiledCondition {
  readonly test: (life: Life, root: Root) => boolean;
  /** The first time after now at which time alone may change the answer; ∞: never. */
  readonly changes: (life: Life, root: Root) => number;
  /** Parts of a life that it reads. */
  readonly reads: readonly number[];
}

const never = (): number => Infinity;
/** Asked again at every step: what it reads moves by itself. */
const eachStep = (life: Life): number => life.now + life.stepMs;

/** @param again when what moves by itself is looked at next; by default at the end of a step, as Synthea does */
export function compileCondition(
  c: ConditionDefinition,
  context: CompileContext,
  again: (life: Life) => number = eachStep,
): CompiledCondition {
  const attribute = (name: string): number => {
    context.reads.add(name);
    return context.attributes.id(name);
  };
  const fixed = (test: CompiledCondition['test'], ...reads: number[]): CompiledCondition => ({
    test,
    changes: never,
    reads,
  });
  switch (c.condition_type) {
    case 'True':
      return fixed(() => true);
    case 'False':
      return fixed(() => false);
    case 'Gender': {
      const sex = c.gender === 'M' ? 'male' : 'female';
      return fixed((life) => life.being.sex === sex);
    }
    case 'Race': {
      const race = c.race.toLowerCase();
      return race === 'hispanic'
        ? fixed((life) => life.being.ethnicity === 'hispanic')
        : fixed((life) => life.being.race === race);
    }
    case 'Socioeconomic Status':
      return fixed((life) => life.being.socioeconomicCategory === c.category);
    case 'Age':
      return ageCondition(c.quantity, c.unit, c.operator);
    case 'Date': {
      const [low, high] = dateInterval(c);
      return interval(
        () => low,
        () => high,
        c.operator,
      );
    }
    case 'Symptom':
      return fixed(
        (life) => compareValues(life.symptoms.level(c.symptom), c.operator, c.value),
        parts.symptoms,
      );
    case 'Vital Sign':
      return {
        test: (life) => compareValues(life.vitalSign(c.vital_sign), c.operator, c.value),
        changes: again,
        reads: [parts.vitalSigns],
      };
    case 'Attribute': {
      const id = attribute(c.attribute);
      const right =
        c.value ?? (c.value_code === undefined ? undefined : (codingOf(c.value_code) ?? undefined));
      const { operator } = c;
      const test: CompiledCondition['test'] = (life) => compareValues(life.value(id), operator, right);
      return {
        test,
        changes: (life) => (life.library.derived[id] === 1 ? again(life) : Infinity),
        reads: [firstAttribute + id],
      };
    }
    case 'Observation': {
      const codes = c.codes?.map((code) => code.code) ?? [];
      const right =
        c.value ?? (c.value_code === undefined ? undefined : (codingOf(c.value_code) ?? undefined));
      const id = c.referenced_by_attribute === undefined ? -1 : attribute(c.referenced_by_attribute);
      return fixed(
        (life) => {
          if (id >= 0) return compareValues(life.value(id), c.operator, right);
          const code = codes.find((known) => life.latest.has(known));
          return compareValues(code === undefined ? undefined : life.latest.get(code), c.operator, right);
        },
        parts.observations,
        ...(id >= 0 ? [firstAttribute + id] : []),
      );
    }
    case 'Active Condition':
      return active(c, 'conditions', attribute);
    case 'Active Allergy':
      return active(c, 'allergies', attribute);
    case 'Active Medication':
      return active(c, 'medications', attribute);
    case 'Active CarePlan':
      return active(c, 'carePlans', attribute);
    case 'PriorState':
      return priorState(c, context);
    case 'Not': {
      const inner = compileCondition(c.condition, context, again);
      return { ...inner, test: (life, root) => !inner.test(life, root) };
    }
    case 'And': {
      const all = c.conditions.map((inner) => compileCondition(inner, context, again));
      return combine(all, (life, root) => {
        for (const inner of all) if (!inner.test(life, root)) return false;
        return true;
      });
    }
    case 'Or': {
      const all = c.conditions.map((inner) => compileCondition(inner, context, again));
      return combine(all, (life, root) => {
        for (const inner of all) if (inner.test(life, root)) return true;
        return false;
      });
    }
    case 'At Least':
    case 'At Most': {
      const all = c.conditions.map((inner) => compileCondition(inner, context, again));
      const [low, high] = c.condition_type === 'At Least' ? [c.minimum, Infinity] : [0, c.maximum];
      return combine(all, (life, root) => {
        let count = 0;
        for (const inner of all) if (inner.test(life, root)) count++;
        return count >= low && count <= high;
      });
    }
  }
}

function combine(all: readonly CompiledCondition[], test: CompiledCondition['test']): CompiledCondition {
  const moving = all.filter((inner) => inner.changes !== never);
  return {
    test,
    changes:
      moving.length === 0
        ? never
        : (life, root) =>
            moving.reduce((first, inner) => Math.min(first, inner.changes(life, root)), Infinity),
    reads: [...new Set(all.flatMap((inner) => inner.reads))],
  };
}

function ageCondition(
  quantity: number,
  unit: 'years' | 'months' | 'weeks' | 'days',
  operator: Operator,
): CompiledCondition {
  const whole = Math.ceil(quantity);
  const at = (life: Life, n: number): number => {
    if (unit === 'years') return life.ages.yearsOld(n);
    if (unit === 'months') return life.ages.monthsOld(n);
    return life.being.birthTime + n * unitMs[unit];
  };
  return interval(
    (life) => at(life, whole),
    (life) => at(life, whole + 1),
    operator,
  );
}

/** The times that count as equal to a date of a module: a year, a day or a moment, as far as it is given. */
function dateInterval(c: Extract<ConditionDefinition, { condition_type: 'Date' }>): [number, number] {
  const { date } = c;
  if (date === undefined) {
    const year = c.year ?? 1970;
    if (c.month === undefined) return [Date.UTC(year, 0), Date.UTC(year + 1, 0)];
    return [Date.UTC(year, c.month - 1), Date.UTC(year, c.month)];
  }
  const { year, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0 } = date;
  const low = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  return [low, low + 1];
}

/** A comparison of now with what lasts from `low` to before `high`. */
function interval(
  low: (life: Life) => number,
  high: (life: Life) => number,
  operator: Operator,
): CompiledCondition {
  const changes = (life: Life): number => {
    const first = low(life);
    if (first > life.now) return first;
    const last = high(life);
    return last > life.now ? last : Infinity;
  };
  const test = ((): ((life: Life) => boolean) => {
    switch (operator) {
      case '<':
        return (life) => life.now < low(life);
      case '<=':
        return (life) => life.now < high(life);
      case '>':
        return (life) => life.now >= high(life);
      case '>=':
        return (life) => life.now >= low(life);
      case '==':
        return (life) => life.now >= low(life) && life.now < high(life);
      case '!=':
        return (life) => life.now < low(life) || life.now >= high(life);
      case 'is nil':
        return () => false;
      case 'is not nil':
        return () => true;
    }
  })();
  return { test, changes, reads: [] };
}

function active(
  c: Extract<ConditionDefinition, { condition_type: `Active ${string}` }>,
  kind: keyof Present,
  attribute: (name: string) => number,
): CompiledCondition {
  const part = kind === 'devices' ? parts.conditions : parts[kind];
  if (c.codes !== undefined) {
    const codes = c.codes.map((code) => code.code);
    if (codes.length === 1) {
      const only = codes[0]!;
      return { test: (life) => life.present[kind].has(only), changes: never, reads: [part] };
    }
    return {
      test: (life) => {
        const present = life.present[kind];
        for (const code of codes) if (present.has(code)) return true;
        return false;
      },
      changes: never,
      reads: [part],
    };
  }
  const id = attribute(c.referenced_by_attribute ?? '');
  return {
    test: (life) => {
      const value = life.value(id);
      return (
        value instanceof EntryRef &&
        value.codes[0] !== undefined &&
        life.present[kind].has(value.codes[0].code)
      );
    },
    changes: never,
    reads: [part, firstAttribute + id],
  };
}

function priorState(
  c: Extract<ConditionDefinition, { condition_type: 'PriorState' }>,
  context: CompileContext,
): CompiledCondition {
  const name = context.tracked.id(c.name);
  const since = c.since === undefined ? -1 : context.tracked.id(c.since);
  const within = c.within === undefined ? Infinity : c.within.quantity * unitMs[c.within.unit];
  return {
    test: (life, root) => {
      const history = root.frame?.history;
      const mark = history?.get(name);
      if (mark === undefined) return false;
      if (within !== Infinity && mark.time <= life.now - within) return false;
      if (since < 0) return true;
      const other = history?.get(since);
      return other === undefined || mark.ordinal > other.ordinal;
    },
    changes:
      within === Infinity
        ? never
        : (life, root) => {
            const mark = root.frame?.history?.get(name);
            const end = mark === undefined ? Infinity : mark.time + within;
            return end > life.now ? end : Infinity;
          },
    reads: [],
  };
}
