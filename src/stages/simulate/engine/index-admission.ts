import type { Rng } from '../../../core/index.js';
import { isBusy } from './hospital.js';
import { waiting } from './life.js';
import type { Life, Root } from './life.js';

/** The one admission that a life is about: when somebody falls ill, and of what it may be. */
export interface IndexAdmission {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Modules with a hazard that leads to a stay in hospital, by path, and factors of these hazards. */
  readonly modules: ReadonlyMap<string, number>;
  /** Sum of the hazards of somebody without chronic illness, events a year, by sex and completed years of age. */
  readonly healthy: Readonly<Record<'female' | 'male', readonly number[]>>;
  readonly rng: Rng;
}

const yearMs = 365.25 * 86_400_000;
/** Somebody whose chronic illnesses multiply their hazard by more than this is met no more often (expert assumption). */
const mostRatio = 6;
/** From falling ill to the hospital. */
const mostDaysBefore = 30;

/**
 * Lets a person fall ill now: one of the modules' hazards comes true at once, in proportion to what each is for this person. Those whose chronic
 * illnesses raise their hazards are taken more often than others of their age and sex, so that people in hospital have the illnesses that
 * people in hospital have: they are taken with their hazard over six times that of the healthy of their age and sex, at most 1.
 * @returns the module; null where the person is passed over: not at risk, ill already, or not taken.
 */
export function fallIll(life: Life, { modules, healthy, rng }: IndexAdmission): Root | null {
  const candidates = life.roots.filter(
    (root) =>
      root.waiting === waiting.hazard &&
      root.hazard !== null &&
      root.hazard.rate > 0 &&
      modules.has(root.program.path) &&
      !isBusy(life, root),
  );
  const rates = candidates.map((root) => root.hazard!.rate * modules.get(root.program.path)!);
  const total = rates.reduce((a, b) => a + b, 0);
  const ageYears = Math.floor(life.ages.yearsAt(life.now));
  const alone = (healthy[life.being.sex][ageYears] ?? 0) / yearMs;
  if (total === 0 || rng.next() * mostRatio * alone >= total) return null;
  const root = candidates[rng.weightedIndex(rates)]!;
  const exposure = root.hazard!;
  exposure.left = 0;
  exposure.at = life.now;
  life.queue.set(root.slot, life.now);
  return root;
}

/** Whether the illness led to a hospital. */
export function wasAdmitted(life: Life, root: Root, time: number): boolean {
  return life.record.encounters.some(
    ({ class: kind, start, origin }) =>
      kind === 'inpatient' &&
      origin.module === root.program.path &&
      start >= time &&
      start < time + mostDaysBefore * 86_400_000,
  );
}
