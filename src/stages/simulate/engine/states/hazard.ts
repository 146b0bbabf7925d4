import type { StateOf } from '../../module/schema.js';
import { compileCondition } from '../condition.js';
import type { CompiledCondition } from '../condition.js';
import { isBusy, recover, sicken } from '../hospital.js';
import { parts, waiting } from '../life.js';
import type { Life, Root } from '../life.js';
import { outcome } from '../program.js';
import type { CompileContext } from '../program.js';
import type { Run } from './control.js';

const dayMs = 86_400_000;
const yearMs = 365.25 * dayMs;
/** A hazard looks at what moves by itself (vital signs) four times a year: the reading stands for the quarter. */
const quarter = (life: Life): number => life.now + yearMs / 4;

/** Somebody waiting at a hazard. */
export interface Exposure {
  /** Hazard that is still to be lived through before the event comes: an exponential draw of mean 1 when the wait began. */
  left: number;
  /** Events a millisecond now, and since when. */
  rate: number;
  since: number;
  /** When the event comes at this rate. */
  at: number;
}

/**
 * Waits for an event whose hazard is constant between changes: the event comes when the hazard lived through reaches an exponential draw
 * of mean 1 (inversion of the cumulative hazard; exact for piecewise-constant hazards). One entry of the queue at a time: the event, or the next
 * moment at which the hazard changes by itself (a birthday, the end of the weeks after a discharge); what changes otherwise wakes the module.
 * Nobody who is in hospital, or ill on the way there, falls ill of something else: that is what a stay's complications are for.
 */
export function compileHazard(
  { incidence, ratios = [], after_discharge: readmission = [] }: StateOf<'anamnesis:Hazard'>,
  context: CompileContext,
  reads: Set<number>,
): Run {
  const factors = ratios.map(({ condition, ratio }) => ({
    ...compileCondition(condition, context, quarter),
    ratio,
  }));
  for (const factor of factors) for (const part of factor.reads) reads.add(part);
  reads.add(parts.hospital);
  const ages = incidence.from_age;
  const windows = (['any', 'same'] as const).map((of) =>
    readmission
      .filter((window) => window.of === of)
      .sort((a, b) => a.days - b.days)
      .map(({ days, ratio }) => ({ ms: days * dayMs, ratio })),
  );

  const hazardNow = (life: Life, root: Root): { rate: number; until: number } => {
    if (isBusy(life, root)) return { rate: 0, until: Infinity };
    const band = bandOf(life, ages);
    let until = band + 1 < ages.length ? life.ages.yearsOld(ages[band + 1]!) : Infinity;
    if (band < 0) return { rate: 0, until };
    let rate = incidence[life.being.sex][band]! / yearMs;
    for (const factor of factors) {
      if (factor.test(life, root)) rate *= factor.ratio;
      until = Math.min(until, changeOf(factor, life, root));
    }
    for (const [i, list] of windows.entries()) {
      const discharged = i === 0 ? life.lastDischarge : root.lastDischarge;
      const window = list.find(({ ms }) => life.now < discharged + ms);
      if (window === undefined) continue;
      rate *= 1 + (window.ratio - 1) * (window.ratio > 1 ? life.returning : 1);
      until = Math.min(until, discharged + window.ms);
    }
    return { rate, until };
  };

  return (life, root) => {
    root.resumed = false;
    const exposure = (root.hazard ??= begin(life, root));
    exposure.left -= exposure.rate * (life.now - exposure.since);
    if (life.now >= exposure.at && !isBusy(life, root)) {
      root.hazard = null;
      root.waiting = waiting.timer;
      sicken(life, root);
      return outcome.go;
    }
    const { rate, until } = hazardNow(life, root);
    exposure.rate = rate;
    exposure.since = life.now;
    exposure.at = rate === 0 ? Infinity : life.now + Math.ceil(Math.max(0, exposure.left) / rate);
    root.waiting = waiting.hazard;
    life.queue.set(root.slot, Math.min(exposure.at, until));
    return outcome.wait;
  };
}

function begin(life: Life, root: Root): Exposure {
  recover(life, root);
  return { left: root.rng.exponential(), rate: 0, since: life.now, at: Infinity };
}

/** Position of the last age that the person has reached; −1: none. */
function bandOf(life: Life, ages: readonly number[]): number {
  const years = life.ages.yearsAt(life.now);
  let band = ages.length - 1;
  while (band >= 0 && ages[band]! > years) band--;
  return band;
}

/** When time alone may change a factor: never before the next millisecond. */
function changeOf(factor: CompiledCondition, life: Life, root: Root): number {
  return Math.max(life.now + 1, factor.changes(life, root));
}
