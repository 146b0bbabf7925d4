import type { PersonDraft } from '../types.js';
import { derivedConstants } from './signs.js';

const ckd = derivedConstants.ckdEpi2021;
const adultAge = 18;

/**
 * Estimated filtration (mL/min/1.73 m2) from serum creatinine (mg/dL). Adults: CKD-EPI 2021, eGFR = 142 · min(Scr/κ, 1)^α ·
 * max(Scr/κ, 1)^−1.200 · 0.9938^age · 1.012 [female]. Under 18 years: bedside Schwartz, 0.413 · height / Scr.
 */
export function filtrationFromCreatinine(
  creatinine: number,
  person: { readonly sex: PersonDraft['sex']; readonly ageYears: number; readonly heightCm: number },
): number {
  if (person.ageYears < adultAge) return (derivedConstants.schwartz.value * person.heightCm) / creatinine;
  const { kappa, alpha } = ckd[person.sex];
  const ratio = creatinine / kappa;
  const factor =
    ckd.scale * ckd.ageFactor ** person.ageYears * (person.sex === 'female' ? ckd.femaleFactor : 1);
  return factor * Math.min(ratio, 1) ** alpha * Math.max(ratio, 1) ** ckd.exponentAbove;
}

/** The creatinine (mg/dL) that {@link filtrationFromCreatinine} turns into this filtration. */
export function creatinineFromFiltration(
  filtration: number,
  person: { readonly sex: PersonDraft['sex']; readonly ageYears: number; readonly heightCm: number },
): number {
  if (person.ageYears < adultAge) return (derivedConstants.schwartz.value * person.heightCm) / filtration;
  const { kappa, alpha } = ckd[person.sex];
  const factor =
    ckd.scale * ckd.ageFactor ** person.ageYears * (person.sex === 'female' ? ckd.femaleFactor : 1);
  const relative = filtration / factor;
  return kappa * relative ** (relative < 1 ? 1 / ckd.exponentAbove : 1 / alpha);
}
