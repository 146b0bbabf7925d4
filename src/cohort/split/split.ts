import type { Rng } from '../../core/index.js';
import { InternalError } from '../../core/index.js';
import type { CompiledSplit } from './options.js';

/** A patient as tables name it. 7, 7n and '7' are the same patient. */
export type SubjectKey = number | bigint | string;

/** Rows of a table, divided; ascending. Together they are all rows, and no patient has rows in both. */
export interface SplitRows {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/** What a split is made from. */
export interface SplitInput {
  /** The patient of each row. */
  readonly subjects: ArrayLike<SubjectKey>;
  /**
   * A stratum of each row (a label), to keep its share alike in both parts; only the `exact` method uses it. A patient with rows of
   * several strata counts in the one that sorts last, so that a patient with any positive row is a positive patient.
   */
  readonly strata?: ArrayLike<string | number | null>;
}

/**
 * Divides rows by patient: all rows of one patient go to one side. Each patient's draw comes from a stream of its own,
 * `rng.split('cohort/split', patient)`, so neither the order of the rows nor the number of workers matters.
 */
export function splitRows(input: SplitInput, options: CompiledSplit, rng: Rng): SplitRows {
  if (input.strata !== undefined && input.strata.length !== input.subjects.length) {
    throw new InternalError('SPLIT_SHAPE', 'A split needs one stratum per row.');
  }
  const stratumOf = new Map<string, string>();
  for (let i = 0; i < input.subjects.length; i++) {
    const subject = String(input.subjects[i]);
    const stratum = String(input.strata?.[i] ?? '');
    const before = stratumOf.get(subject);
    if (before === undefined || stratum > before) stratumOf.set(subject, stratum);
  }
  const draws = [...stratumOf].map(([subject, stratum]) => ({
    subject,
    stratum,
    draw: rng.split('cohort/split', subject).next(),
  }));
  const test = options.method === 'hash' ? byThreshold(draws, options) : byRank(draws, options);
  const train: number[] = [];
  const held: number[] = [];
  for (let i = 0; i < input.subjects.length; i++) {
    (test.has(String(input.subjects[i])) ? held : train).push(i);
  }
  return { train: Uint32Array.from(train), test: Uint32Array.from(held) };
}

interface Draw {
  readonly subject: string;
  readonly stratum: string;
  readonly draw: number;
}

function byThreshold(draws: readonly Draw[], options: CompiledSplit): Set<string> {
  return new Set(draws.filter((d) => d.draw < options.testShare).map((d) => d.subject));
}

/** The patients with the lowest draws of each stratum; rounding is carried on, so that the whole is exact as well. */
function byRank(draws: readonly Draw[], options: CompiledSplit): Set<string> {
  const strata = new Map<string, Draw[]>();
  for (const draw of draws) {
    const members = strata.get(draw.stratum);
    if (members === undefined) strata.set(draw.stratum, [draw]);
    else members.push(draw);
  }
  const test = new Set<string>();
  let seen = 0;
  for (const [, members] of [...strata].sort(([a], [b]) => (a < b ? -1 : 1))) {
    members.sort((a, b) => a.draw - b.draw || (a.subject < b.subject ? -1 : 1));
    seen += members.length;
    const take = Math.round(seen * options.testShare) - test.size;
    for (const { subject } of members.slice(0, take)) test.add(subject);
  }
  return test;
}
