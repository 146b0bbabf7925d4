import { z } from 'zod';
import type { Rng } from '../../../core/index.js';
import { normalCdf } from '../../../numerics/index.js';
import { along, curveSchema, interpolate } from './interpolate.js';
import { loadData, sourced } from './load.js';
import { demography } from './population/data.js';
import { yearMs } from './time.js';
import type { AttributeChange, PersonDraft } from './types.js';

const share = z.number().min(0).max(1);
const ages = z.strictObject({ mean: z.number(), sd: z.number(), min: z.number(), max: z.number() });
const { smoking, alcohol } = loadData(
  'course',
  z.strictObject({
    smoking: z.strictObject({
      ...sourced,
      bornIn: z.array(z.number()),
      ever: z.strictObject({ female: z.array(share), male: z.array(share) }),
      startAge: ages,
      quitPerYear: curveSchema,
      firstYear: z.number(),
      quitBeforeFirstYear: share,
    }),
    alcohol: z.strictObject({
      ...sourced,
      ever: z.strictObject({ female: share, male: share }),
      startAge: ages,
      years: z.tuple([z.number(), z.number()]),
    }),
  }),
);

/** Marital statuses under Synthea's codes. */
type Marital = 'S' | 'M' | 'D' | 'W';
export interface MaritalChange {
  readonly time: number;
  readonly status: Marital;
  /** A woman who marries may take a new family name. */
  readonly newName: boolean;
}

/** What changes in a life by age alone, each list in order of time. Drawn once per person, from streams of its own. */
export interface LifeCourse {
  readonly changes: readonly AttributeChange[];
  readonly marital: readonly MaritalChange[];
}

/**
 * Draws smoking, drinking and marriage over a whole life. Attributes: `smoker` and `alcoholic` (booleans), `quit smoking age` (years), and
 * `marital_status` (S, M, D, W), under the names that Synthea's modules read.
 */
export function drawLifeCourse(draft: PersonDraft, rng: Rng): LifeCourse {
  const marital = drawMarriage(draft, rng.split('marriage'));
  const changes: AttributeChange[] = [
    ...drawSmoking(draft, rng.split('smoking')),
    ...drawAlcohol(draft, rng.split('alcohol')),
    ...marital.map(({ time, status }) => ({ time, name: 'marital_status', value: status })),
  ];
  return { changes: changes.sort((a, b) => a.time - b.time), marital };
}

function ageDraw(rng: Rng, at: z.infer<typeof ages>): number {
  return Math.min(at.max, Math.max(at.min, at.mean + at.sd * rng.normal()));
}

/** A trait decides who: those whose rank lies in the top `ever` of the population. */
function inTop(zScore: number, ever: number): boolean {
  return normalCdf(zScore) > 1 - ever;
}

function drawSmoking(draft: PersonDraft, rng: Rng): AttributeChange[] {
  const bornIn = new Date(draft.birthTime).getUTCFullYear();
  const ever = interpolate(smoking.bornIn, smoking.ever[draft.sex], bornIn);
  const startAge = ageDraw(rng, smoking.startAge);
  if (!inTop(draft.traits.z.smoking, ever)) return [];
  const at = (age: number): number => Math.floor(draft.birthTime + age * yearMs);
  const changes: AttributeChange[] = [{ time: at(startAge), name: 'smoker', value: true }];
  for (let age = startAge + 1; age < 110; age++) {
    const early = bornIn + age < smoking.firstYear ? smoking.quitBeforeFirstYear : 1;
    if (rng.next() >= along(smoking.quitPerYear, age) * early) continue;
    const time = at(age + rng.next());
    changes.push({ time, name: 'smoker', value: false });
    changes.push({ time, name: 'quit smoking age', value: Math.floor(age) });
    break;
  }
  return changes;
}

function drawAlcohol(draft: PersonDraft, rng: Rng): AttributeChange[] {
  const startAge = ageDraw(rng, alcohol.startAge);
  const [shortest, longest] = alcohol.years;
  const years = shortest + (longest - shortest) * rng.next();
  if (!inTop(draft.traits.z.alcohol, alcohol.ever[draft.sex])) return [];
  const at = (age: number): number => Math.floor(draft.birthTime + age * yearMs);
  return [
    { time: at(startAge), name: 'alcoholic', value: true },
    { time: at(startAge + years), name: 'alcoholic', value: false },
  ];
}

function drawMarriage(draft: PersonDraft, rng: Rng): MaritalChange[] {
  const { ever, medianAge, spread, divorced, yearsToDivorce, takesName, widowedHazard, widowedFrom } =
    demography.married;
  const at = (age: number): number => Math.floor(draft.birthTime + age * yearMs);
  const changes: MaritalChange[] = [{ time: at(18), status: 'S', newName: false }];
  const marries = rng.next() < ever;
  const age = Math.max(18, medianAge[draft.sex] + spread * rng.normal());
  const newName = draft.sex === 'female' && rng.next() < takesName;
  const divorces = rng.next() < divorced;
  const divorceAge = age + yearsToDivorce[0] + (yearsToDivorce[1] - yearsToDivorce[0]) * rng.next();
  const widowedAge = widowedFrom + rng.exponential() / widowedHazard[draft.sex];
  if (!marries) return changes;
  changes.push({ time: at(age), status: 'M', newName });
  if (divorces) changes.push({ time: at(divorceAge), status: 'D', newName: false });
  else if (widowedAge > age) changes.push({ time: at(widowedAge), status: 'W', newName: false });
  return changes;
}
