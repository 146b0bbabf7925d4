import { Rng } from '../../../../src/core/index.js';
import { compilePopulation, drawPerson } from '../../../../src/stages/simulate/life/index.js';
import type { PersonDraft, PopulationOptions } from '../../../../src/stages/simulate/life/index.js';

export const noAttributes: ReadonlyMap<string, unknown> = new Map<string, unknown>();
const seed = Rng.create(20_250_101);

/** People of a population, each from a stream of their own. */
export function people(size: number, options: Partial<PopulationOptions> = {}): PersonDraft[] {
  const population = compilePopulation({ endDate: '2025-01-01', ...options });
  return Array.from({ length: size }, (_, i) => drawPerson(population, seed.split('person', i), i));
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

export function sdOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}

export function shareOf<T>(values: readonly T[], test: (value: T) => boolean): number {
  return values.filter(test).length / values.length;
}
