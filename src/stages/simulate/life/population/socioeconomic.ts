import { normalCdf } from '../../../../numerics/index.js';
import type { Rng } from '../../../../core/index.js';
import { educations } from '../types.js';
import type { PersonDraft } from '../types.js';
import { demography, rowFor } from './data.js';

type Socioeconomic = Pick<
  PersonDraft,
  'education' | 'incomeUsd' | 'povertyRatio' | 'socioeconomicScore' | 'socioeconomicCategory'
>;

/** Education, income and what follows from them. For a child they are the household's. */
export function drawSocioeconomic(
  rng: Rng,
  group: { readonly ethnicity: PersonDraft['ethnicity']; readonly race: PersonDraft['race'] },
): Socioeconomic {
  const { shares } = rowFor(demography.education.rows, group);
  const rank = rng.weightedIndex(shares);
  const { medianByEducation, logSpread } = demography.income;
  const z = rng.normal();
  const incomeUsd = Math.round(medianByEducation[rank]! * Math.exp(logSpread * z));
  const people = demography.household.size[rng.weightedIndex(demography.household.share)]!;
  const line = demography.poverty.first + demography.poverty.further * (people - 1);
  const score = 0.5 * (rank / (educations.length - 1)) + 0.5 * normalCdf(z);
  const { low, high } = demography.socioeconomic;
  return {
    education: educations[rank]!,
    incomeUsd,
    povertyRatio: Math.round((100 * incomeUsd) / line) / 100,
    socioeconomicScore: Math.round(score * 1e4) / 1e4,
    socioeconomicCategory: score < low ? 'Low' : score < high ? 'Middle' : 'High',
  };
}
