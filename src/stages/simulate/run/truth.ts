import type { PatientRecord } from '../../../cohort/index.js';

/** What only the simulator knows of a life, one JSON object a line: true onsets, which module and state made what, and latent values. */
export function truthLines(record: PatientRecord): string[] {
  const { id } = record.person;
  const lines = record.conditions.map(({ id: condition, codes, onset, recorded, origin }) => ({
    patient: id,
    kind: 'onset',
    entry: condition,
    code: `${codes[0]!.system}//${codes[0]!.code}`,
    time: new Date(onset).toISOString(),
    recorded: new Date(recorded).toISOString(),
    module: origin.module,
    state: origin.state,
  }));
  const latent = record.truth.map(({ time, kind, name, value, origin }) => ({
    patient: id,
    kind,
    name,
    value,
    time: new Date(time).toISOString(),
    module: origin.module,
    state: origin.state,
  }));
  return [...lines, ...latent].map((line) => `${JSON.stringify(line)}\n`);
}
