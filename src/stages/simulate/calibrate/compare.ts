import type { AdmissionStatistics, Figure } from './types.js';

/** Relative difference up to which a simulated figure counts as matching. */
export const tolerance = 0.2;

/** A figure on both sides. */
export interface Difference {
  readonly id: string;
  readonly group: Figure['group'];
  readonly title: string;
  readonly unit: string;
  readonly real: Figure;
  readonly simulated: Figure;
  /** (simulated − real) / |real|; null where a side is not given, or the real one is 0. */
  readonly relative: number | null;
}

const absent = (figure: Figure, why: string): Figure => ({
  ...figure,
  n: 0,
  value: null,
  quartiles: null,
  why,
});

/** Both sides figure by figure, in the order of the real store; diagnoses that only the simulation has come last. */
export function compareAdmissions(real: AdmissionStatistics, simulated: AdmissionStatistics): Difference[] {
  const own = new Map(simulated.figures.map((figure) => [figure.id, figure]));
  const named = new Set(real.figures.map(({ id }) => id));
  const rest = simulated.figures.filter(({ id }) => !named.has(id));
  const rare = 'not among its most frequent diagnoses';
  return [
    ...real.figures.map((figure) => pair(figure, own.get(figure.id) ?? absent(figure, rare))),
    ...rest.map((figure) => pair(absent(figure, rare), figure)),
  ];
}

function pair(real: Figure, simulated: Figure): Difference {
  const { id, group, title, unit } = real;
  const relative =
    real.value === null || simulated.value === null || real.value === 0
      ? null
      : (simulated.value - real.value) / Math.abs(real.value);
  return { id, group, title, unit, real, simulated, relative };
}

/** Figures that say most of how stays look: what calibration is judged by. */
export function mainFigures(differences: readonly Difference[]): Difference[] {
  const main =
    /^(age|female|los\.hospital|los\.icu|icu|mortality|ventilation|vasopressor|readmission30)$|\.(level|measured|perDay)$/u;
  return differences.filter(({ id, relative }) => main.test(id) && relative !== null);
}
