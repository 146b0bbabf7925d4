import type { Rng } from '../../../core/index.js';
import { normalQuantile, quantileSorted } from '../../../numerics/index.js';
import type { AttackId, Measured, MeasuredAttack, Scores, Targets } from '../../../privacy/index.js';
import { attacks, logCurve, measureAttacks, permuteMembership } from '../../../privacy/index.js';
import type { AttackFigures, Figure } from '../../document.js';

/** False alarms that a rate must leave, so that a share of members found has an interval worth the name. */
const LEAST_ALARMS = 10;
const RATES = [0.001, 0.01, 0.1] as const;
/** Share of the targets that count as remote. */
const REMOTE_SHARE = 0.1;
/** Fewest remote targets a side. */
const LEAST_REMOTE = 50;
/** Points of a curve in the report. */
const CURVE_POINTS = 60;

/** Fewest permutations, and how rarely one must reach a figure for it to be no accident where chance passes the bar. */
const LEAST_PERMUTATIONS = 199;
const ACCIDENT = 0.01;

/** Whether a bar is so low for so few targets that chance passes it, and the figure may be chance as well. */
export function withinChance(chance: AttackResults['chance'], bar: number): boolean {
  return chance.upper > bar && chance.p > ACCIDENT;
}

/** How figures are resampled. */
export interface FigureSettings {
  readonly resamples: number;
  readonly level: number;
  readonly rng: Rng;
}

/** What all attacks reached, and the bounds that a judgement uses. */
export interface AttackResults {
  readonly rates: readonly number[];
  readonly attacks: readonly AttackFigures[];
  readonly remote: number;
  readonly strongest: AttackFigures;
  readonly strongestRemote: AttackFigures | null;
  readonly chance: { readonly permutations: number; readonly upper: number; readonly p: number };
  readonly observed: Bounds;
  readonly planted: Bounds;
}

/** What the strongest attack reaches, for sure: lower bounds are corrected for the number of attacks (Bonferroni). */
export interface Bounds {
  readonly auc: number;
  /** Share found at 1 % false alarms and its lower bound; null where there are too few targets. */
  readonly found: number | null;
  readonly foundLow: number | null;
  readonly remoteLow: number | null;
}

/** Measures every attack on all targets, on remote ones, on the control group and on the positive control. */
export function measureMembership(
  scores: { readonly observed: Scores; readonly planted: Scores; readonly remoteness: Float64Array },
  targets: Targets,
  settings: FigureSettings,
): AttackResults {
  const { observed, planted, remoteness } = scores;
  const ids = attacks.map((a) => a.id).filter((id) => observed.has(id) && planted.has(id));
  const others = targets.member.reduce((n, m) => n + (1 - m), 0);
  const rates = RATES.filter((rate) => rate * others >= LEAST_ALARMS);
  const everybody = Uint32Array.from(targets.member.keys());
  const far = remoteRows(remoteness, targets);
  const measure = (of: Scores, rows: Uint32Array, label: string): MeasuredAttack[] =>
    measureAttacks(
      ids.map((id) => of.get(id)!),
      targets,
      { ...settings, rows, rates, rng: settings.rng.split(label) },
    );
  const all = measure(observed, everybody, 'all');
  const remote = far === null ? null : measure(observed, far, 'remote');
  const control = measure(planted, everybody, 'all');
  const held = heldOutAreas(ids, observed, targets, settings.rng.split('held-out'));
  const figures = ids.map((id, i): AttackFigures => {
    const { title, idea, source } = attacks.find((a) => a.id === id)!;
    return {
      id,
      title,
      idea,
      source,
      ...published(all[i]!),
      remote: remote === null ? null : published(remote[i]!),
      heldOut: held[i]!,
      planted: { auc: control[i]!.auc.value, tpr: control[i]!.tpr.map((t) => t.value) },
      curve: logCurve(observed.get(id)!, targets, { lowest: 1 / others, points: CURVE_POINTS }),
    };
  });
  const strongest = largest(figures, (f) => f.auc.value);
  return {
    rates,
    attacks: figures,
    remote: far?.length ?? 0,
    strongest,
    strongestRemote: remote === null ? null : largest(figures, (f) => f.remote?.auc.value ?? 0),
    chance: chanceOf(
      ids.map((id) => observed.get(id)!),
      targets,
      strongest.auc.value,
      settings,
    ),
    observed: boundsOf(all, remote, rates, settings.level),
    planted: boundsOf(control, null, rates, settings.level),
  };
}

/** The tenth of the targets that lies farthest from the population; null with too few of a side among them. */
function remoteRows(remoteness: Float64Array, { member }: Targets): Uint32Array | null {
  const limit = quantileSorted(remoteness.slice().sort(), 1 - REMOTE_SHARE) ?? Infinity;
  const rows = Uint32Array.from(remoteness.keys()).filter((t) => remoteness[t]! > limit);
  const members = rows.reduce((n, t) => n + member[t]!, 0);
  return Math.min(members, rows.length - members) < LEAST_REMOTE ? null : rows;
}

/** Areas when half of the non-members, by patient, is called members: what the attacks reach without anybody to find. */
function heldOutAreas(
  ids: readonly AttackId[],
  observed: Scores,
  { member, patient, patients }: Targets,
  rng: Rng,
): number[] {
  const called = Uint8Array.from(rng.permutation(patients), (place) => place % 2);
  const rows = Uint32Array.from(member.keys()).filter((t) => member[t] === 0);
  const fake: Targets = { member: Uint8Array.from(patient, (p) => called[p]!), patient, patients };
  const settings = { rows, rates: [], resamples: 0, level: 0.95, rng };
  return measureAttacks(
    ids.map((id) => observed.get(id)!),
    fake,
    settings,
  ).map((m) => m.auc.value);
}

function chanceOf(
  scores: readonly Float64Array[],
  targets: Targets,
  observed: number,
  { resamples, rng }: FigureSettings,
): AttackResults['chance'] {
  const rows = Uint32Array.from(targets.member.keys());
  const permutations = Math.max(LEAST_PERMUTATIONS, resamples);
  const { strongest } = permuteMembership(scores, targets, {
    rows,
    permutations,
    rng: rng.split('chance'),
  });
  const reached = strongest.reduce((n, auc) => n + (auc >= observed ? 1 : 0), 0);
  return {
    permutations,
    upper: quantileSorted(strongest, 0.95) ?? 0.5,
    p: (reached + 1) / (permutations + 1),
  };
}

function boundsOf(
  all: readonly MeasuredAttack[],
  remote: readonly MeasuredAttack[] | null,
  rates: readonly number[],
  level: number,
): Bounds {
  const z = normalQuantile(1 - (1 - level) / 2 / all.length);
  const at = rates.indexOf(0.01);
  const low = (m: Measured): number => m.value - z * m.sd;
  return {
    auc: Math.max(...all.map((m) => m.auc.value)),
    found: at === -1 ? null : Math.max(...all.map((m) => m.tpr[at]!.value)),
    foundLow: at === -1 ? null : Math.max(...all.map((m) => low(m.tpr[at]!))),
    remoteLow: remote === null ? null : Math.max(...remote.map((m) => low(m.auc))),
  };
}

function published({ auc, tpr }: MeasuredAttack): { auc: Figure; tpr: Figure[] } {
  const figure = ({ value, low, high }: Measured): Figure => ({ value, low, high });
  return { auc: figure(auc), tpr: tpr.map(figure) };
}

/** The first of the largest. */
function largest<T>(items: readonly T[], of: (item: T) => number): T {
  return items.reduce((best, item) => (of(item) > of(best) ? item : best));
}
