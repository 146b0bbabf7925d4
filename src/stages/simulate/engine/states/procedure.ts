import type { Coding, Origin } from '../../../../cohort/index.js';
import type { StateOf } from '../../module/schema.js';
import { codingOf, codingsOf } from '../codes.js';
import { encounterNow } from '../encounters.js';
import type { Life, Root } from '../life.js';
import { outcome } from '../program.js';
import type { CompileContext } from '../program.js';
import { compileDuration } from '../quantity.js';
import { EntryRef } from '../values.js';
import { waitFor } from './control.js';
import type { Run } from './control.js';
import { assigned } from './onset.js';
import { compileReason } from './reason.js';

const minuteMs = 60_000;
/** Least time that a procedure takes in the record: 15 minutes where a module gives none (expert assumption, as Synthea exports it). */
const leastMs = 15 * minuteMs;
/** An imaging study takes 30 minutes, as in Synthea (State.ImagingStudy). */
const imagingMs = 30 * minuteMs;

export function compileProcedure(state: StateOf<'Procedure'>, origin: Origin, context: CompileContext): Run {
  const codes = codingsOf(state.codes);
  const attribute = assigned(state.assign_to_attribute, context);
  const reason = compileReason(state.reason, context);
  const duration = compileDuration({
    range: state.duration ?? state.range,
    distribution: state.distribution,
    unit: state.unit,
  });
  const cost = context.world.procedureCost(codes[0]!);
  return (life, root) => {
    if (root.resumed) {
      root.resumed = false;
      return outcome.go;
    }
    const length = duration === null ? 0 : duration(root.rng);
    const why = reason(life, root);
    const index = perform(life, root, {
      codes,
      origin,
      reason: why,
      cost,
      length: duration === null ? leastMs : length,
    });
    if (attribute >= 0) life.set(attribute, new EntryRef('procedure', codes, index));
    return waitFor(life, root, length);
  };
}

interface Performed {
  readonly codes: readonly Coding[];
  readonly origin: Origin;
  readonly reason: ReturnType<ReturnType<typeof compileReason>>;
  readonly cost: number;
  readonly length: number;
}

function perform(life: Life, root: Root, { codes, origin, reason, cost, length }: Performed): number {
  const encounter = encounterNow(life, root);
  life.record.procedures.push({
    id: '',
    codes,
    encounter,
    origin,
    start: life.now,
    end: life.now + Math.max(length, minuteMs),
    reason,
    cost,
  });
  return life.record.procedures.length - 1;
}

/** A study with its series and images; its procedure stands beside it, as in Synthea. */
export function compileImagingStudy(
  state: StateOf<'ImagingStudy'>,
  origin: Origin,
  context: CompileContext,
): Run {
  const codes = codingsOf([state.procedure_code]);
  const cost = context.world.procedureCost(codes[0]!);
  const series = state.series.map((one) => ({
    bodySite: codingOf(one.body_site)!,
    modality: codingOf(one.modality)!,
    least: one.min_number_instances ?? 0,
    most: one.max_number_instances ?? 0,
    instances: one.instances.map(({ title, sop_class: sop }) => ({
      uid: '',
      title,
      sopClass: codingOf(sop)!,
    })),
  }));
  const least = state.min_number_series ?? 0;
  const most = state.max_number_series ?? 0;
  return (life, root) => {
    const several = least > 0 && most >= least;
    const chosen = several
      ? Array.from({ length: least + root.rng.int(most - least + 1) }, () => series[0]!)
      : series;
    life.record.imaging.push({
      id: '',
      codes,
      encounter: encounterNow(life, root),
      origin,
      time: life.now,
      uid: '',
      series: chosen.map(({ bodySite, modality, least: low, most: high, instances }) => ({
        uid: '',
        bodySite,
        modality,
        instances:
          low > 0 && high >= low
            ? Array.from({ length: low + root.rng.int(high - low + 1) }, () => instances[0]!)
            : instances,
      })),
    });
    perform(life, root, { codes, origin, reason: null, cost, length: imagingMs });
    return outcome.go;
  };
}
