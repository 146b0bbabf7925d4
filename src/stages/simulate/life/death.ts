import { z } from 'zod';
import type { Coding } from '../../../cohort/index.js';
import type { Rng } from '../../../core/index.js';
import { along, curveSchema, interpolate } from './interpolate.js';
import { loadData, sourced } from './load.js';
import { yearMs } from './time.js';
import type { PersonDraft } from './types.js';

const probabilities = z.array(z.number().positive().max(1));
const data = loadData(
  'mortality',
  z.strictObject({
    lifeTable: z.strictObject({
      ...sourced,
      ageYears: z.array(z.number()),
      female: probabilities,
      male: probabilities,
    }),
    outsideModules: z.strictObject({
      ...sourced,
      library: z.strictObject({ female: curveSchema, male: curveSchema }),
      synthea: curveSchema,
    }),
    causes: z.strictObject({
      ...sourced,
      untilAge: z.array(z.number()).length(5),
      list: z.array(
        z.strictObject({ code: z.string(), display: z.string(), share: z.array(z.number()).length(5) }),
      ),
    }),
  }),
);
const logs = {
  female: data.lifeTable.female.map(Math.log),
  male: data.lifeTable.male.map(Math.log),
};
const oldest = 119;

/** Which modules run beside the baseline: ours, Synthea's, or none, so that the baseline is the whole of mortality. */
export type ModulesBeside = 'library' | 'synthea' | 'none';

/** Probability of dying between two birthdays from any cause, from the life table; log-linear between its knots. */
function yearlyDeath(sex: PersonDraft['sex'], ageYears: number): number {
  return Math.exp(interpolate(data.lifeTable.ageYears, logs[sex], ageYears));
}

/** Share of a year's hazard that no module brings. */
function shareOutside(modules: ModulesBeside, sex: PersonDraft['sex'], ageYears: number): number {
  if (modules === 'none') return 1;
  const { library, synthea } = data.outsideModules;
  return along(modules === 'library' ? library[sex] : synthea, ageYears);
}

/**
 * Death from the causes that no module explains: one draw for a whole life. Each year's hazard is −ln(1 − q) of the life table times
 * the share outside the modules (data/mortality.json), constant within the year but for the first, where half of it falls in the first month.
 * @returns time and cause, or null for the few who outlive 119 years.
 */
export function baselineDeath(
  draft: PersonDraft,
  rng: Rng,
  modules: ModulesBeside,
): { readonly time: number; readonly cause: Coding } | null {
  const threshold = rng.exponential();
  let sum = 0;
  for (let age = 0; age < oldest; age++) {
    const share = shareOutside(modules, draft.sex, age);
    const hazard = -Math.log(1 - yearlyDeath(draft.sex, age)) * share;
    if (sum + hazard < threshold) {
      sum += hazard;
      continue;
    }
    const within = (threshold - sum) / hazard;
    const years = age === 0 ? firstYear(within) : age + within;
    return { time: Math.floor(draft.birthTime + years * yearMs), cause: drawCause(age, rng) };
  }
  return null;
}

/** Half of an infant's risk lies in the first month. */
function firstYear(within: number): number {
  return within < 0.5 ? within / 6 : 1 / 12 + ((within - 0.5) * 2 * 11) / 12;
}

function drawCause(ageYears: number, rng: Rng): Coding {
  const band = data.causes.untilAge.findIndex((until) => ageYears < until);
  const { code, display } = data.causes.list[rng.weightedIndex(data.causes.list.map((c) => c.share[band]!))]!;
  return { system: 'SNOMED', code, display };
}

/** Expectation of life at birth in years by the life table, with the year of death counted half (for checks). */
export function lifeExpectancy(sex: PersonDraft['sex']): number {
  let alive = 1;
  let years = 0;
  for (let age = 0; age < oldest; age++) {
    const dying = alive * yearlyDeath(sex, age);
    years += alive - dying / 2;
    alive -= dying;
  }
  return years;
}
