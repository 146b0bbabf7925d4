import { InternalError } from '../../../core/index.js';
import type { Rng } from '../../../core/index.js';
import type { PatientRecord } from '../../../cohort/index.js';
import type { Simulator } from '../engine/simulator.js';
import { checkRecord } from '../gate/rules.js';
import type { RuleId } from '../gate/rules.js';
import type { CompiledOnly } from '../only/compile.js';

/** What one patient took. */
export interface Tally {
  /** Lives that were lived. */
  tried: number;
  /** Of those, the ones that ended before the end of observation where only the living were wanted. */
  dead: number;
  /** Records that the gate refused, by rule. */
  refused: Partial<Record<RuleId, number>>;
  /** How many of the tried lives met each part of `--only`. */
  met: number[];
}

export function emptyTally(atoms: number): Tally {
  return { tried: 0, dead: 0, refused: {}, met: new Array<number>(atoms).fill(0) };
}

export interface Wanted {
  readonly alive: boolean;
  readonly only: CompiledOnly | null;
  readonly mostTries: number;
}

/** A record of a population may fail the gate this often in a row. */
const mostRefusals = 20;

/**
 * The patient at an index: the first of the lives drawn for that index that fits and passes the gate. The n-th life comes from a stream
 * named by index and n, so a patient is the same alone and within any run.
 * @returns null when none of `mostTries` lives fits.
 */
export function patientAt(
  index: number,
  seed: Rng,
  simulator: Simulator,
  { wanted, tally }: { wanted: Wanted; tally: Tally },
): PatientRecord | null {
  const own = seed.split('patient', index);
  let refusals = 0;
  for (let n = 0; n < wanted.mostTries; n++) {
    const record = simulator.patient(index, n === 0 ? own : own.split('attempt', n), wanted.alive);
    tally.tried++;
    if (record === null) {
      tally.dead++;
      continue;
    }
    if (!fits(record, wanted, tally)) continue;
    const findings = checkRecord(record);
    if (findings.length === 0) return record;
    for (const { rule } of findings.slice(0, 1)) tally.refused[rule] = (tally.refused[rule] ?? 0) + 1;
    if (++refusals >= mostRefusals)
      throw new InternalError(
        'GATE',
        `${mostRefusals} lives in a row fail the gate's rule '${findings[0]!.rule}' (${findings[0]!.list}).`,
      );
  }
  return null;
}

function fits(record: PatientRecord, { alive, only }: Wanted, tally: Tally): boolean {
  if (alive && record.person.deathTime !== null) {
    tally.dead++;
    return false;
  }
  if (only === null) return true;
  for (const [i, atom] of only.atoms.entries()) if (atom.test(record)) tally.met[i] = (tally.met[i] ?? 0) + 1;
  return only.test(record);
}
