import type { Race } from '../../../../cohort/index.js';
import { UserError } from '../../../../core/index.js';
import type { PayerGroup } from '../types.js';
import { compileCommon } from './options.js';
import type { CompiledPopulation, PopulationOptions } from './options.js';

/** How many people of a cohort share these demographics; null where it does not say. */
export interface DemographicCell {
  /** Completed years at the end of observation. */
  readonly ageYears: number;
  readonly sex: 'female' | 'male' | null;
  readonly race: Race | null;
  readonly ethnicity: 'hispanic' | 'nonhispanic' | null;
  readonly payer: PayerGroup | null;
  readonly count: number;
}

/**
 * A population with the joint shares of a cohort's demographics. What a cell leaves open is drawn as by {@link compilePopulation};
 * `ageYears` of the options cuts the cells.
 * @throws UserError `BAD_POPULATION`, `EMPTY_POPULATION` where no cell is left.
 */
export function populationLike(
  cells: readonly DemographicCell[],
  options: PopulationOptions,
): CompiledPopulation {
  const common = compileCommon(options);
  const low = options.ageYears?.min ?? 0;
  const high = options.ageYears?.max ?? 110;
  const kept = cells.filter((cell) => cell.count > 0 && cell.ageYears >= low && cell.ageYears <= high);
  if (kept.length === 0) {
    throw new UserError(
      'EMPTY_POPULATION',
      'Nobody of the cohort to be matched is inside the range of ages.',
      {
        expected: 'at least one person',
        got: `${cells.length} groups, none with somebody of ${low} to ${high} years`,
        fix: 'widen the range of ages, or match another cohort',
      },
    );
  }
  return {
    ...common,
    cells: kept.map(({ ageYears, sex, race, ethnicity, payer }) => ({
      age: [ageYears, ageYears + 1] as const,
      sex,
      race,
      ethnicity,
      payer,
    })),
    cellWeights: kept.map((cell) => cell.count),
  };
}
