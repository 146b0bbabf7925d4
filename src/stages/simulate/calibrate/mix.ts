import { z } from 'zod';
import { icd10For } from '../life/index.js';
import type { ModuleFiles } from '../module/load.js';
import type { Difference } from './compare.js';

const moduleText = z.looseObject({
  states: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      codes: z.array(z.looseObject({ system: z.string(), code: z.coerce.string() })).optional(),
    }),
  ),
});
/** A factor is never further from 1 than this, either way. */
const mostFactor = 50;
const damping = 0.7;

/** Categories (ICD-10-CM, three characters) of the conditions that the modules with a hazard bring. */
export function categoriesOf(files: ModuleFiles): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>();
  for (const [file, text] of files) {
    if (!file.endsWith('.json') || !text.includes('"anamnesis:Hazard"')) continue;
    const states = Object.values(moduleText.parse(JSON.parse(text)).states);
    const codes = states.flatMap(({ type, codes = [] }) => (type === 'ConditionOnset' ? codes : []));
    const categories = codes.flatMap(({ code }) =>
      (['female', 'male'] as const).flatMap((sex) => {
        const mapped = icd10For(code, sex);
        return mapped === undefined ? [] : [mapped.code.slice(0, 3)];
      }),
    );
    if (categories.length > 0) found.set(file.slice(0, -5), new Set(categories));
  }
  return found;
}

/**
 * Factors of the modules' hazards, a step nearer to the shares of first diagnoses that the real store has, among those that modules bring.
 * @returns `before` where the real store gives no diagnoses.
 */
export function stepMix(
  differences: readonly Difference[],
  categories: ReadonlyMap<string, ReadonlySet<string>>,
  before: Readonly<Record<string, number>>,
): Record<string, number> {
  const shares = differences.filter(({ id, group }) => group === 'diagnosis' && id.startsWith('diagnosis.'));
  const sums = [...categories].map(([module, own]) => {
    const mine = shares.filter(({ id }) => own.has(id.slice('diagnosis.'.length)));
    return {
      module,
      real: mine.reduce((sum, { real }) => sum + (real.value ?? 0), 0),
      simulated: mine.reduce((sum, { simulated }) => sum + (simulated.value ?? 0), 0),
    };
  });
  const total = { real: sum(sums.map((s) => s.real)), simulated: sum(sums.map((s) => s.simulated)) };
  const mix = { ...before };
  if (total.real === 0 || total.simulated === 0) return mix;
  for (const { module, real, simulated } of sums) {
    if (real === 0 && simulated === 0) continue;
    // a diagnosis that one side hardly has counts as half a percent there
    const wanted = Math.max(0.005, real / total.real) / Math.max(0.005, simulated / total.simulated);
    const next = (mix[module] ?? 1) * wanted ** damping;
    mix[module] = Number(Math.min(mostFactor, Math.max(1 / mostFactor, next)).toPrecision(4));
  }
  return mix;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
