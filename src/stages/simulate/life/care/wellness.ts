import type { Rng } from '../../../../core/index.js';
import { ageAt, dayMs, yearMs } from '../time.js';
import type { PersonDraft } from '../types.js';
import { care } from './data.js';

const monthMs = yearMs / 12;

/**
 * Time of the next wellness visit after `last` (null: none yet): the schedule of well-child visits to three years, then intervals by age and
 * sex; adults who seek care less come less often. Always later than `last`.
 */
export function nextWellness(draft: PersonDraft, last: number | null, rng: Rng): number {
  const { childMonths, intervals, careSeekingLog, jitterDays } = care.wellness;
  const jitter = rng.next() * dayMs;
  if (last === null) return Math.floor(draft.birthTime + jitter);
  const lastAge = ageAt(draft.birthTime, last);
  const child = childMonths.find((months) => months > lastAge * 12 + 0.4);
  if (child !== undefined) return Math.floor(draft.birthTime + child * monthMs + 4 * jitter);
  const row = intervals.find((interval) => lastAge < interval.untilYears)!;
  const adult = lastAge >= 18 ? Math.exp(careSeekingLog * draft.traits.z.careSeeking) : 1;
  return Math.floor(last + row[draft.sex] * monthMs * adult + jitterDays * jitter);
}
