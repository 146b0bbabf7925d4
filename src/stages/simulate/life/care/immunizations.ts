import type { Coding } from '../../../../cohort/index.js';
import { normalCdf } from '../../../../numerics/index.js';
import { pointNoise } from '../noise.js';
import { ageAt, dayMs, yearMs } from '../time.js';
import type { PersonDraft } from '../types.js';
import { care } from './data.js';
import type { Vaccine } from './data.js';

const monthMs = yearMs / 12;
const channelBase = 2000;

const codes = care.immunizations.vaccines.map(({ code, display }): Coding => ({
  system: 'CVX',
  code,
  display,
}));

/** A dose that falls due. */
export interface DueImmunization {
  /** CVX. */
  readonly code: Coding;
  /** Position in its series, from 1. */
  readonly dose: number;
  /** US dollars. */
  readonly cost: number;
}

/** The doses that a person has had: times by vaccine, kept by {@link dueImmunizations}. */
export type ImmunizationHistory = Map<string, number[]>;

/**
 * The doses that are due at a visit, in the order of the schedule, and notes them as given. A person accepts a vaccine or does not,
 * for good, but for influenza and tetanus each time anew; who seeks care accepts more. Doses missed early are caught up
 * one a visit.
 */
export function dueImmunizations(
  draft: PersonDraft,
  at: number,
  history: ImmunizationHistory,
): readonly DueImmunization[] {
  const due: DueImmunization[] = [];
  const year = new Date(at).getUTCFullYear();
  care.immunizations.vaccines.forEach((vaccine, position) => {
    if (year < vaccine.from) return;
    const given = history.get(vaccine.id) ?? [];
    if (!isDue(vaccine, draft, at, given)) return;
    const occasion = vaccine.everyMonths === undefined ? 0 : Math.floor(at / (vaccine.everyMonths * monthMs));
    if (!accepts(vaccine, draft, at, [channelBase + position, occasion])) return;
    history.set(vaccine.id, [...given, at]);
    due.push({
      code: codes[position]!,
      dose: given.length + 1,
      cost: vaccine.cost,
    });
  });
  return due;
}

function isDue(vaccine: Vaccine, draft: PersonDraft, at: number, given: readonly number[]): boolean {
  const { dueEarlyDays, minimumGapDays } = care.immunizations;
  const ageMonths = ageAt(draft.birthTime, at) * 12;
  if (ageMonths > vaccine.until) return false;
  const last = given.at(-1);
  const early = (dueEarlyDays * dayMs) / monthMs;
  if (given.length < vaccine.ageMonths.length) {
    const spaced = last === undefined || at - last >= minimumGapDays * dayMs;
    return spaced && ageMonths >= vaccine.ageMonths[given.length]! - early;
  }
  if (vaccine.everyMonths === undefined || last === undefined) return false;
  return at - last >= (vaccine.everyMonths - 1.5) * monthMs;
}

function accepts(
  vaccine: Vaccine,
  draft: PersonDraft,
  at: number,
  [channel, occasion]: readonly [number, number],
): boolean {
  const { careSeekingWeight: weight } = care.immunizations;
  const old = ageAt(draft.birthTime, at) >= 65;
  const coverage = (old ? vaccine.coverageFrom65 : undefined) ?? vaccine.coverage;
  const own = pointNoise(draft.traits.noise, channel, occasion);
  const z = Math.sqrt(weight) * draft.traits.z.careSeeking + Math.sqrt(1 - weight) * own;
  return normalCdf(z) > 1 - coverage;
}
