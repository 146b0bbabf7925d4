import { z } from 'zod';
import type { Coverage, Payer } from '../../../../cohort/index.js';
import type { Rng } from '../../../../core/index.js';
import { loadData, sourced } from '../load.js';
import type { CompiledPopulation } from '../population/options.js';
import { birthday } from '../time.js';
import { payerGroups } from '../types.js';
import type { PayerGroup, PersonDraft } from '../types.js';

const share = z.number().min(0).max(1);
const data = loadData(
  'coverage',
  z.strictObject({
    payers: z.strictObject({
      ...sourced,
      list: z.array(
        z.strictObject({
          name: z.string(),
          group: z.enum(payerGroups),
          kind: z.enum(['government', 'private', 'none']),
          coinsurance: share,
          copay: z.number().min(0),
          weight: share,
        }),
      ),
    }),
    groups: z.strictObject({
      ...sourced,
      rows: z.array(
        z.strictObject({
          untilAge: z.number(),
          untilRatio: z.number(),
          shares: z.record(z.enum(payerGroups), share),
        }),
      ),
    }),
    medicare: z.strictObject({ ...sourced, age: z.number() }),
    change: z.strictObject({ ...sourced, everyYears: z.number(), share }),
    dependent: z.strictObject({ ...sourced, privateUntil: z.number() }),
  }),
);

/** A stretch of coverage; the record adds its id. */
export type CoverageSpan = Omit<Coverage, 'id'>;

/** The payers of every directory, in the order that {@link CoverageSpan} counts them. Ids come from the directory's stream. */
export const payerFacts: readonly Omit<Payer, 'id'>[] = data.payers.list.map(
  ({ name, kind, coinsurance, copay }) => ({ name, kind, coinsurance, copay }),
);

/** The group that a payer of the directory belongs to. */
export function payerGroupOf(payer: number): PayerGroup {
  return data.payers.list[payer]!.group;
}

/**
 * Who pays, from birth to the end: spans without gap or overlap (being uninsured is a span of the payer `No insurance`), reviewed every
 * few years under 65, Medicare after it. The last span is open (`end` null).
 * @param rng a stream of its own (`coverage`).
 */
export function coverageTimeline(
  population: Pick<CompiledPopulation, 'payers'>,
  draft: PersonDraft,
  endTime: number,
  rng: Rng,
): readonly CoverageSpan[] {
  const spans: CoverageSpan[] = [];
  let payer: number | undefined;
  for (let age = 0; birthday(draft.birthTime, age) < endTime; age += step(age)) {
    const fixed = age >= data.medicare.age ? 'medicare' : draft.payer;
    const group = fixed ?? drawGroup(population, draft, age, rng);
    const changes = payer === undefined || mustChange(payer, age, fixed) || rng.next() < data.change.share;
    if (!changes) continue;
    const next =
      payer !== undefined && payerGroupOf(payer) === group && fixed !== null ? payer : drawPayer(group, rng);
    if (next === payer) continue;
    payer = next;
    const start = birthday(draft.birthTime, age);
    const last = spans.at(-1);
    if (last !== undefined) spans[spans.length - 1] = { ...last, end: start };
    spans.push({ start, end: null, payer, memberId: memberId(rng), relationship: relationship(group, age) });
  }
  return spans;
}

/** Reviews fall on the ages where something ends too (19, 26, 65). */
function step(age: number): number {
  const turns = [19, data.dependent.privateUntil, data.medicare.age];
  const next = age + data.change.everyYears;
  return Math.min(next, ...turns.filter((turn) => turn > age)) - age;
}

/** Childhood coverage ends at 19, a parent's plan at 26, everything but Medicare at 65; who was to have one payer, gets it. */
function mustChange(payer: number, age: number, fixed: PayerGroup | null): boolean {
  const group = payerGroupOf(payer);
  if (fixed !== null) return group !== fixed;
  return (age === 19 && group === 'medicaid') || (age === data.dependent.privateUntil && group === 'private');
}

function drawGroup(
  population: Pick<CompiledPopulation, 'payers'>,
  draft: PersonDraft,
  age: number,
  rng: Rng,
): PayerGroup {
  if (population.payers !== null) {
    const wanted = population.payers;
    return payerGroups[rng.weightedIndex(payerGroups.map((group) => wanted[group]))]!;
  }
  const row = data.groups.rows.find((r) => age < r.untilAge && draft.povertyRatio < r.untilRatio)!;
  return payerGroups[rng.weightedIndex(payerGroups.map((group) => row.shares[group]))]!;
}

function drawPayer(group: PayerGroup, rng: Rng): number {
  return rng.weightedIndex(data.payers.list.map((p) => (p.group === group ? p.weight : 0)));
}

function relationship(group: PayerGroup, age: number): CoverageSpan['relationship'] {
  return group === 'private' && age < data.dependent.privateUntil ? 'child' : 'self';
}

function memberId(rng: Rng): string {
  return `M${String(rng.int(1e9)).padStart(9, '0')}`;
}
