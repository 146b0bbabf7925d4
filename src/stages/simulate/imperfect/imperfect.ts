import type { Observation, PatientRecord, Truth } from '../../../cohort/index.js';
import type { Rng } from '../../../core/index.js';
import { soil } from './dirty.js';
import { takeAway } from './missing.js';
import type { CompiledImperfection } from './options.js';

/**
 * A record with values missing and errors in it, as asked for, and the truth about each beside it (`record.truth`: `missing-reason` and `error`, `name` the
 * code, `value` what was true, `origin.state` the mechanism). Pure: `rng` is a stream of the patient's own, each rule has a child of it.
 *
 * What changes a number changes it after the gate, on purpose; positions that refer to observations (reports) follow them, and the arrays stay in order of time.
 */
export function imperfect(record: PatientRecord, rules: CompiledImperfection, rng: Rng): PatientRecord {
  let now = record;
  for (const [i, rule] of rules.missing.entries()) {
    const outcomes = takeAway(now, rule, rng.split('missing', i));
    now = rebuilt(
      now,
      outcomes.map(({ observation, truth }) => ({
        observations: observation === null ? [] : [observation],
        truth,
      })),
    );
  }
  for (const [i, rule] of rules.dirty.entries()) now = rebuilt(now, soil(now, rule, rng.split('dirty', i)));
  return now;
}

/** The record with what became of each observation, in order of time; references of reports follow the first of each. */
function rebuilt(
  record: PatientRecord,
  became: readonly { readonly observations: readonly Observation[]; readonly truth: readonly Truth[] }[],
): PatientRecord {
  const placed = became.flatMap(({ observations }, from) =>
    observations.map((observation, copy) => ({ observation, from, copy })),
  );
  placed.sort((a, b) => a.observation.time - b.observation.time || a.from - b.from || a.copy - b.copy);
  const position = new Map<number, number>();
  for (const [i, { from, copy }] of placed.entries()) if (copy === 0) position.set(from, i);
  const truth = [...record.truth, ...became.flatMap((b) => b.truth)];
  return {
    ...record,
    observations: placed.map(({ observation }) => observation),
    reports: record.reports.map((report) => ({
      ...report,
      observations: report.observations.flatMap((old) => position.get(old) ?? []),
    })),
    truth: truth.sort((a, b) => a.time - b.time),
  };
}
