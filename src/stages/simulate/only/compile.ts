import { z } from 'zod';
import { didYouMean, UserError } from '../../../core/index.js';
import { races } from '../../../cohort/index.js';
import { readData } from '../data-file.js';
import type { ModuleLibrary } from '../module/types.js';
import { AgeClock } from '../engine/clock.js';
import { parseExpression } from './expression.js';
import type { Expression, Op } from './expression.js';
import { aliveJudge, all, not, ofLife, ofPerson } from './judge.js';
import type { Atom, Judge, KnownPerson, LifeView } from './judge.js';
import { steer } from './steering.js';
import type { Steering } from './steering.js';

const { conditions: concepts, measurements } = readData(
  new URL('./concepts.json', import.meta.url),
  z.strictObject({
    about: z.string(),
    conditions: z.record(z.string(), z.array(z.string())),
    measurements: z.record(z.string(), z.string()),
  }),
);

/** An expression of `--only`, ready to test records. */
export interface CompiledOnly {
  readonly text: string;
  readonly test: Atom['test'];
  /** Whether somebody fits as far as that is known before the life is lived; null: that depends on the life. */
  readonly early: Atom['early'];
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
  const measured = measuredBy(library);
  const compile = (e: Expression): Judge => {
    switch (e.kind) {
      case 'and':
        return all(e.parts.map(compile));
      case 'or':
        return not(all(e.parts.map((part) => not(compile(part)))));
      case 'not':
        return not(compile(e.part));
      default: {
        const judge = e.kind === 'name' ? nameTest(e.name, known, codes) : compareTest(e, measured);
        atoms.push({ text: e.kind === 'name' ? e.name : `${e.name} ${e.op} ${e.value}`, ...judge });
        return judge;
      }
    }
  };
  const whole = compile(expression);
  return { text, ...whole, atoms, steering: steer(expression, text), codes };
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

/** Codes of what the modules measure. */
function measuredBy(library: ModuleLibrary): Set<string> {
  const measured = new Set<string>();
  for (const module of library.modules.values())
    for (const state of module.states.values()) {
      if (state.type === 'Observation') for (const { code } of state.codes) measured.add(code);
      if (state.type === 'MultiObservation' || state.type === 'DiagnosticReport')
        for (const part of state.observations) for (const { code } of part.codes) measured.add(code);
    }
  return measured;
}

function nameTest(name: string, known: ReadonlyMap<string, string>, codes: Set<string>): Judge {
  const wanted = name.toLowerCase().replaceAll('_', ' ');
  if (wanted === 'alive') return aliveJudge;
  if (wanted === 'dead' || wanted === 'deceased') return not(aliveJudge);
  if (wanted === 'female' || wanted === 'male') return ofPerson(({ sex }) => sex === wanted);
  const found = codesNamed(wanted, known);
  for (const code of found) codes.add(code);
  return ofLife((record) =>
    [record.conditions, record.medications, record.procedures, record.allergies].some((list) =>
      list.some((entry) => entry.codes.some(({ code }) => found.has(code))),
    ),
  );
}

function codesNamed(wanted: string, known: ReadonlyMap<string, string>): ReadonlySet<string> {
  const own = /^[a-z0-9-]+\/\/(.+)$/u.exec(wanted)?.[1];
  if (own !== undefined) {
    if (!known.has(own)) throw unknownName(wanted, known);
    return new Set([own]);
  }
  const concept = (Object.hasOwn(concepts, wanted) ? concepts[wanted]! : []).filter((code) =>
    known.has(code),
  );
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

function compareTest(
  { name, op, value }: Extract<Expression, { kind: 'compare' }>,
  measured: ReadonlySet<string>,
): Judge {
  const key = name.toLowerCase();
  const number = Number(value);
  const text = value.toLowerCase();
  switch (key) {
    case 'age':
      needNumber(name, value);
      return {
        test: ({ person, endTime }) => compare(ageAt(person.birthTime, endTime), op, number),
        early: ({ birthTime }, endTime) =>
          endTime === null ? null : compare(ageAt(birthTime, endTime), op, number),
      };
    case 'sex':
    case 'gender': {
      const sex = text === 'f' ? 'female' : text === 'm' ? 'male' : text;
      if (sex !== 'female' && sex !== 'male') throw badValue(name, value, 'female or male');
      return ofPerson(equality((person) => person.sex === sex, name, op));
    }
    case 'race':
      if (!races.some((race) => race === text)) throw badValue(name, value, races.join(', '));
      return ofPerson(equality((person) => person.race === text, name, op));
    case 'ethnicity':
      if (text !== 'hispanic' && text !== 'nonhispanic')
        throw badValue(name, value, 'hispanic or nonhispanic');
      return ofPerson(equality((person) => person.ethnicity === text, name, op));
    default: {
      const loinc = loincOf(key, name, measured);
      needNumber(name, value);
      return ofLife((record) => {
        const last = lastValue(record, loinc);
        return last !== undefined && compare(last, op, number);
      });
    }
  }
}

/** Code of the measurement that a comparison is about. */
function loincOf(key: string, name: string, measured: ReadonlySet<string>): string {
  const own = Object.hasOwn(measurements, key) ? measurements[key] : undefined;
  const loinc = own ?? /^loinc\/\/(.+)$/u.exec(key)?.[1];
  const known = ['age', 'sex', 'race', 'ethnicity', ...Object.keys(measurements)];
  if (loinc === undefined)
    throw badValue('the left side', name, `one of ${known.join(', ')}, or LOINC//code`);
  if (measured.has(loinc)) return loinc;
  throw new UserError('BAD_ONLY', `No module measures '${name}'.`, {
    expected: 'a measurement that the modules take',
    got: own === undefined ? `'${name}'` : `'${name}' (LOINC//${loinc})`,
    fix: 'name another measurement by LOINC//code, or add a module that takes it',
  });
}

function needNumber(name: string, value: string): void {
  if (value.trim() === '' || Number.isNaN(Number(value))) throw badValue(name, value, 'a number');
}

function badValue(name: string, value: string, expected: string): UserError {
  return new UserError(
    'BAD_ONLY',
    `The expression of --only compares ${name} with something that it cannot be.`,
    {
      expected,
      got: `'${value}'`,
      fix: "write it like 'diabetes and age > 65', with and, or, not and parentheses",
    },
  );
}

type PersonTest = (person: KnownPerson) => boolean;

function equality(equal: PersonTest, name: string, op: Op): PersonTest {
  if (op === '=') return equal;
  if (op === '!=') return (person) => !equal(person);
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

/** Completed years at a time. */
function ageAt(birthTime: number, time: number): number {
  clock.reset(birthTime);
  return clock.yearsAt(time);
}

function lastValue(record: LifeView, loinc: string): number | undefined {
  for (let i = record.observations.length - 1; i >= 0; i--) {
    const { codes, value, components } = record.observations[i]!;
    for (const part of [{ codes, value }, ...components])
      if (part.codes[0]?.code === loinc && part.value?.kind === 'quantity') return part.value.value;
  }
  return undefined;
}
