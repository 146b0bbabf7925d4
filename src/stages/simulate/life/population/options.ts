import { z } from 'zod';
import { races } from '../../../../cohort/index.js';
import type { Race } from '../../../../cohort/index.js';
import { checkShape, pathText, section, suggest, UserError } from '../../../../core/index.js';
import type { Problem } from '../../../../core/index.js';
import { payerGroups } from '../types.js';
import type { PayerGroup } from '../types.js';
import { demography, places } from './data.js';

/** Who is to be simulated. Everything but the end date has a default: the United States' age pyramid, people of Massachusetts. */
export interface PopulationOptions {
  /** Number of people, 1 … 10,000,000; default 100. */
  readonly size?: number | undefined;
  /** Postal code or name of a state, or `US` for all in proportion to their residents; default `MA`. */
  readonly state?: string | undefined;
  /** A city of that state that we know (data/places.json). */
  readonly city?: string | undefined;
  /** Age at the end date, 0 … 110, both inclusive in completed years; default 0 … 104. */
  readonly ageYears?: { readonly min: number; readonly max: number } | undefined;
  /** Men per 100 women at every age; default by age as in the United States. */
  readonly sexRatio?: number | undefined;
  /** Shares of races, made to add up to 1; default the state's. */
  readonly races?: Readonly<Partial<Record<Race, number>>> | undefined;
  /** Share of Hispanic people, 0 … 1; default the state's. */
  readonly hispanic?: number | undefined;
  /** Shares of payers among people under 65, made to add up to 1; default by income and age. */
  readonly payers?: Readonly<Partial<Record<PayerGroup, number>>> | undefined;
  /** Only people who live at the end date; default true. */
  readonly alive?: boolean | undefined;
  /** End of observation, `YYYY-MM-DD` (midnight UTC). */
  readonly endDate: string;
}

/** One group of people with the same odds of everything that is drawn before birth. */
export interface PopulationCell {
  /** Age at the end in years, from (inclusive) to (exclusive). */
  readonly age: readonly [number, number];
  readonly sex: 'female' | 'male' | null;
  readonly race: Race | null;
  readonly ethnicity: 'hispanic' | 'nonhispanic' | null;
  readonly payer: PayerGroup | null;
}

/** Checked options: plain data, as it goes to workers. */
export interface CompiledPopulation {
  readonly size: number;
  readonly endTime: number;
  readonly alive: boolean;
  /** Positions in the table of states, and their residents. */
  readonly states: readonly number[];
  readonly stateWeights: readonly number[];
  /** Position of the city in its state, or null for a draw by residents. */
  readonly city: number | null;
  readonly cells: readonly PopulationCell[];
  readonly cellWeights: readonly number[];
  readonly races: Readonly<Record<Race, number>> | null;
  readonly hispanic: number | null;
  readonly payers: Readonly<Record<PayerGroup, number>> | null;
}

const share = z.number().min(0).max(1);
const weight = z.number().min(0);
const schema = section({
  size: z.number().int().min(1).max(10_000_000).optional(),
  state: z.string().optional(),
  city: z.string().optional(),
  ageYears: section({ min: z.number().int().min(0).max(110), max: z.number().int().min(0).max(110) })
    .refine((r) => r.min <= r.max, 'min that is not above max')
    .optional(),
  sexRatio: z.number().min(0).max(1e6).optional(),
  races: z.partialRecord(z.enum(races), weight).refine(hasWeight, 'at least one share above 0').optional(),
  hispanic: share.optional(),
  payers: z
    .partialRecord(z.enum(payerGroups), weight)
    .refine(hasWeight, 'at least one share above 0')
    .optional(),
  alive: z.boolean().optional(),
  endDate: z.iso.date(),
});

function hasWeight(shares: object): boolean {
  return Object.values(shares).some((value) => typeof value === 'number' && value > 0);
}

/** Age up to which the default population goes; the few older people are left out. */
const oldest = 104;

/**
 * Checks the options of a population.
 * @throws UserError `BAD_POPULATION` with every problem and its key.
 */
export function compilePopulation(options: PopulationOptions): CompiledPopulation {
  const common = compileCommon(options);
  const weighted = defaultCells(options);
  return { ...common, cells: weighted.map((w) => w.cell), cellWeights: weighted.map((w) => w.weight) };
}

/** All but the cells. @throws UserError `BAD_POPULATION`. */
export function compileCommon(options: PopulationOptions): Omit<CompiledPopulation, 'cells' | 'cellWeights'> {
  const checked = checkShape(schema, options);
  if (!checked.ok) throw badPopulation(checked.problems);
  const wanted = checked.data.state ?? 'MA';
  const states = statesFor(wanted);
  const city =
    options.city === undefined ? null : cityFor(options.city, states.length === 1 ? states[0] : undefined);
  return {
    size: options.size ?? 100,
    endTime: Date.parse(`${options.endDate}T00:00:00Z`),
    alive: options.alive ?? true,
    states,
    stateWeights: states.map((state) => places[state]!.thousands),
    city,
    races: options.races === undefined ? null : normalised(races, options.races),
    hispanic: options.hispanic ?? null,
    payers: options.payers === undefined ? null : normalised(payerGroups, options.payers),
  };
}

function badPopulation(problems: readonly Problem[]): UserError {
  const lines = problems.map((p) => {
    const hint = p.hint === undefined ? '' : `; ${p.hint}`;
    return `\n  - ${pathText(p.path)}: expected ${p.expected}, got ${p.got}${hint}`;
  });
  return new UserError('BAD_POPULATION', `The population cannot be used as it is:${lines.join('')}`, {
    fix: 'correct the options named above',
  });
}

function statesFor(wanted: string): number[] {
  const key = wanted.trim().toLowerCase();
  if (key === 'us') return places.map((_, i) => i);
  const found = places.findIndex((s) => s.code.toLowerCase() === key || s.name.toLowerCase() === key);
  if (found >= 0) return [found];
  const known = places.flatMap((s) => [s.code, s.name]);
  const near = suggest(wanted, known);
  throw badPopulation([
    {
      path: ['state'],
      expected: "a state's postal code or name, or 'US'",
      got: `'${wanted}'`,
      hint: near === undefined ? undefined : `did you mean '${near}'?`,
    },
  ]);
}

function cityFor(wanted: string, state: number | undefined): number {
  const cities = state === undefined ? [] : places[state]!.cities;
  const found = cities.findIndex((c) => c.name.toLowerCase() === wanted.trim().toLowerCase());
  if (found >= 0) return found;
  const expected =
    state === undefined ? 'no city without a single state' : `one of ${cities.map((c) => c.name).join(', ')}`;
  throw badPopulation([{ path: ['city'], expected, got: `'${wanted}'` }]);
}

function normalised<K extends string>(
  keys: readonly K[],
  shares: Readonly<Partial<Record<K, number>>>,
): Record<K, number> {
  const total = keys.reduce((sum, key) => sum + (shares[key] ?? 0), 0);
  const entries = keys.map((key): [K, number] => [key, (shares[key] ?? 0) / total]);
  return Object.fromEntries(entries) as Record<K, number>;
}

/** One cell a year of age and sex: the five-year shares cut evenly. */
function defaultCells(options: PopulationOptions): { cell: PopulationCell; weight: number }[] {
  const { from, share: shares, menPer100Women } = demography.ages;
  const low = options.ageYears?.min ?? 0;
  const high = options.ageYears?.max ?? oldest;
  const cells: { cell: PopulationCell; weight: number }[] = [];
  for (let age = low; age <= high; age++) {
    const band = Math.min(from.length - 1, Math.floor(age / 5));
    const ratio = options.sexRatio ?? menPer100Women[band]!;
    const weight = shares[band]! / 5;
    const rest = { age: [age, age + 1] as const, race: null, ethnicity: null, payer: null };
    cells.push({ cell: { ...rest, sex: 'female' }, weight: (weight * 100) / (100 + ratio) });
    cells.push({ cell: { ...rest, sex: 'male' }, weight: (weight * ratio) / (100 + ratio) });
  }
  return cells;
}
