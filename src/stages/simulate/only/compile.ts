import { z } from 'zod';
import { didYouMean, UserError } from '../../../core/index.js';
import { races } from '../../../cohort/index.js';
import type { PatientRecord } from '../../../cohort/index.js';
import { readData } from '../data-file.js';
import type { ModuleLibrary } from '../module/types.js';
import { AgeClock } from '../engine/clock.js';
import { parseExpression } from './expression.js';
import type { Expression, Op } from './expression.js';

const { conditions: concepts, measurements } = readData(
  new URL('./concepts.json', import.meta.url),
  z.strictObject({
    about: z.string(),
    conditions: z.record(z.string(), z.array(z.string())),
    measurements: z.record(z.string(), z.string()),
  }),
);

/** One condition on a record that is no combination of others. */
export interface Atom {
  readonly text: string;
  readonly test: (record: PatientRecord) => boolean;
}

/** What can be drawn as wanted instead of waited for. */
export interface Steering {
  readonly ageYears: { readonly min: number; readonly max: number };
  readonly sex: 'female' | 'male' | null;
  /** True: only the living fit; false: only the dead; null: either. */
  readonly alive: boolean | null;
}

/** An expression of `--only`, ready to test records. */
export interface CompiledOnly {
  readonly text: string;
  readonly test: (record: PatientRecord) => boolean;
  readonly atoms: readonly Atom[];
  readonly steering: Steering;
  /** Codes that some name stands for. */
  readonly codes: ReadonlySet<string>;
}

/**
 * Compiles an expression against the modules that will run.
 * @throws UserError `BAD_ONLY` where it cannot be read or names something that no module records, `IMPOSSIBLE_ONLY` where it asks for what
 * nobody can be.
 */
export function compileOnly(text: string, library: ModuleLibrary): CompiledOnly {
  const expression = parseExpression(text);
  const atoms: Atom[] = [];
  const codes = new Set<string>();
  const known = recordedBy(library);
  const compile = (e: Expression): ((record: PatientRecord) => boolean) => {
    switch (e.kind) {
      case 'and': {
        const parts = e.parts.map(compile);
        return (record) => parts.every((part) => part(record));
      }
      case 'or': {
        const parts = e.parts.map(compile);
        return (record) => parts.some((part) => part(record));
      }
      case 'not': {
        const part = compile(e.part);
        return (record) => !part(record);
      }
      default: {
        const test = e.kind === 'name' ? nameTest(e.name, known, codes) : compareTest(e.name, e.op, e.value);
        atoms.push({ text: e.kind === 'name' ? e.name : `${e.name} ${e.op} ${e.value}`, test });
        return test;
      }
    }
  };
  const test = compile(expression);
  return { text, test, atoms, steering: steer(expression, text), codes };
}

/** Codes that the modules can put into a record, with their names. */
function recordedBy(library: ModuleLibrary): Map<string, string> {
  const known = new Map<string, string>();
  for (const module of library.modules.values())
    for (const state of module.states.values())
      if (
        state.type === 'ConditionOnset' ||
        state.type === 'AllergyOnset' ||
        state.type === 'MedicationOrder' ||
        state.type === 'Procedure'
      )
        for (const code of state.codes) known.set(code.code, code.display.toLowerCase());
  return known;
}

type Test = (record: PatientRecord) => boolean;

function nameTest(name: string, known: ReadonlyMap<string, string>, codes: Set<string>): Test {
  const wanted = name.toLowerCase().replaceAll('_', ' ');
  if (wanted === 'alive') return (record) => record.person.deathTime === null;
  if (wanted === 'dead' || wanted === 'deceased') return (record) => record.person.deathTime !== null;
  if (wanted === 'female' || wanted === 'male') return (record) => record.person.sex === wanted;
  const found = codesNamed(wanted, known);
  for (const code of found) codes.add(code);
  return (record) =>
    [record.conditions, record.medications, record.procedures, record.allergies].some(
      (list: readonly { readonly codes: readonly { readonly code: string }[] }[]) =>
        list.some((entry) => entry.codes.some(({ code }) => found.has(code))),
    );
}

function codesNamed(wanted: string, known: ReadonlyMap<string, string>): ReadonlySet<string> {
  const own = /^[a-z0-9-]+\/\/(.+)$/u.exec(wanted)?.[1];
  if (own !== undefined) {
    if (!known.has(own)) throw unknownName(wanted, known);
    return new Set([own]);
  }
  const concept = concepts[wanted]?.filter((code) => known.has(code)) ?? [];
  if (concept.length > 0) return new Set(concept);
  const word = new RegExp(
    `(?:^|[^a-z0-9])${wanted.replace(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`)}(?:$|[^a-z0-9])`,
    'u',
  );
  const named = [...known].filter(([, display]) => word.test(display)).map(([code]) => code);
  if (named.length === 0) throw unknownName(wanted, known);
  return new Set(named);
}

function unknownName(wanted: string, known: ReadonlyMap<string, string>): UserError {
  const words = [
    ...Object.keys(concepts),
    ...new Set([...known.values()].flatMap((d) => d.split(/[^a-z0-9-]+/u))),
  ];
  const hint = didYouMean(
    wanted,
    words.filter((w) => w.length > 3),
  );
  return new UserError('BAD_ONLY', `No module records anything named '${wanted}'.`, {
    expected: 'a name or SYSTEM//code of a condition, allergy, drug or procedure in the modules',
    got: `'${wanted}'`,
    fix: hint ?? '`anamnesis modules list` shows the modules; name what one of them records',
  });
}

function compareTest(name: string, op: Op, value: string): Test {
  const key = name.toLowerCase();
  const number = Number(value);
  const text = value.toLowerCase();
  switch (key) {
    case 'age':
      needNumber(name, value);
      return (record) => compare(ageOf(record), op, number);
    case 'sex':
    case 'gender': {
      const sex = text === 'f' ? 'female' : text === 'm' ? 'male' : text;
      if (sex !== 'female' && sex !== 'male') throw badValue(name, value, 'female or male');
      return (record) => same(record.person.sex === sex, name, op);
    }
    case 'race':
      if (!races.some((race) => race === text)) throw badValue(name, value, races.join(', '));
      return (record) => same(record.person.race === text, name, op);
    case 'ethnicity':
      if (text !== 'hispanic' && text !== 'nonhispanic')
        throw badValue(name, value, 'hispanic or nonhispanic');
      return (record) => same(record.person.ethnicity === text, name, op);
    default: {
      const loinc = measurements[key] ?? /^loinc\/\/(.+)$/u.exec(key)?.[1];
      if (loinc === undefined)
        throw badValue(
          'the left side',
          name,
          `age, sex, race, ethnicity, ${Object.keys(measurements).join(', ')} or LOINC//code`,
        );
      needNumber(name, value);
      return (record) => {
        const last = lastValue(record, loinc);
        return last !== undefined && compare(last, op, number);
      };
    }
  }
}

function needNumber(name: string, value: string): void {
  if (value.trim() === '' || Number.isNaN(Number(value))) throw badValue(name, value, 'a number');
}

function badValue(name: string, value: string, expected: string): UserError {
  return new UserError(
    'BAD_ONLY',
    `The expression of --only compares ${name} with something that it cannot be.`,
    { expected, got: `'${value}'` },
  );
}

function same(equal: boolean, name: string, op: Op): boolean {
  if (op === '=') return equal;
  if (op === '!=') return !equal;
  throw badValue(name, op, '= or !=');
}

function compare(left: number, op: Op, right: number): boolean {
  switch (op) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '=':
      return left === right;
    case '!=':
      return left !== right;
  }
}

const clock = new AgeClock();

/** Completed years at the end of the record. */
function ageOf(record: PatientRecord): number {
  clock.reset(record.person.birthTime);
  return clock.yearsAt(record.endTime);
}

function lastValue(record: PatientRecord, loinc: string): number | undefined {
  for (let i = record.observations.length - 1; i >= 0; i--) {
    const { codes, value, components } = record.observations[i]!;
    for (const part of [{ codes, value }, ...components])
      if (part.codes[0]?.code === loinc && part.value?.kind === 'quantity') return part.value.value;
  }
  return undefined;
}

const oldest = 110;

/** What all who fit have in common and can be drawn: from comparisons that are joined by `and` at the top. */
function steer(expression: Expression, text: string): Steering {
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
