import type { StayCourse, StayData } from '../stay/index.js';
import type { Life, Root } from './life.js';
import type { CompileContext } from './program.js';

const dayMs = 86_400_000;

/** A factor of the hazards of the weeks after a stay: who is likely to come back. */
export type Returning = (life: Life, root: Root, stay: Ended) => number;

/** What of a stay says whether the patient comes back. */
export interface Ended {
  readonly days: number;
  readonly planned: boolean;
  /** Worst acuity. */
  readonly peak: number;
}

export function endedOf({ hours, phases, hidden }: StayCourse): Ended {
  const acuities = hidden.flatMap(({ name, value }) => (name === 'acuity' ? [Number(value)] : []));
  return { days: hours / 24, planned: phases[0]?.place !== 'ed', peak: Math.max(0, ...acuities) };
}

/** The frail, the chronically ill, those who were here before and those who were severely ill come back more often than others of their illness. */
export function compileReturning(
  { hazards: { returning } }: Pick<StayData, 'hazards'>,
  context: CompileContext,
): Returning {
  const diseases = Object.entries(returning.diseases).map(([attribute, log]) => {
    context.reads.add(attribute);
    return { id: context.attributes.id(attribute), log };
  });
  return (life, root, { days, planned, peak }) => {
    const since = life.now - returning.withinDays * dayMs;
    const before = life.record.encounters.filter(
      ({ class: kind, start }, i) => kind === 'inpatient' && start >= since && i !== root.encounter,
    ).length;
    let log = returning.shift + returning.perEarlierStay * Math.min(returning.mostStays, before);
    for (const { id, log: more } of diseases) {
      const value = life.value(id);
      if (value !== undefined && value !== false && value !== 0) log += more;
    }
    if (days >= returning.longDays) log += returning.long;
    if (planned) log += returning.planned;
    return Math.exp(log + returning.perPointOfPeak * peak);
  };
}
