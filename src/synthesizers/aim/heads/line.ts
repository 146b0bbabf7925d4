import type { Curator } from '../../../privacy/index.js';
import type { Block } from './basis.js';
import { plainBound, rangeOf } from './residual.js';
import type { BasisRows } from './rows.js';
import { offsets, probabilities, rowScores } from './rows.js';

export interface LineRequest {
  readonly curator: Curator;
  readonly about: string;
  readonly rho: number;
  readonly classes: number;
  readonly blocks: readonly Block[];
  readonly drawn: BasisRows;
  /** Parameters of each output: where the model stands, and where the answers would move it. */
  readonly from: readonly Float64Array[];
  readonly to: readonly Float64Array[];
  /** Looks at the real rows: their cells, and for each output whether a row's label is of that class. Called by the curator only. */
  readonly look: () => { readonly rows: BasisRows; readonly labels: readonly Float64Array[] };
}

/** A slope is a whole multiple of this. */
const QUANTUM = 2 ** -12;
/** Share of the drawn rows whose change of score lies beyond each end of the interval that changes are moved into. */
const TAIL = 0.005;
const LONGEST = 1.25;

/**
 * How far to go from one set of parameters to another: the likelihood's slope over real rows is measured at both ends, two numbers with
 * little noise, and is taken to be a straight line between them. A step that follows noise, or that overshoots because real columns hang together
 * more than drawn ones, shows as a small slope at the start or a negative one at the end.
 */
export function lineSearch(request: LineRequest): Float64Array[] {
  const { curator, about, rho, blocks, drawn, from, to, classes } = request;
  const at = offsets(blocks);
  const moves = from.map((w, o) => to[o]!.map((v, i) => v - w[i]!));
  const changes = moves.map((d) => rowScores(drawn, at, d).sort());
  const ends = changes.map((c) => [quantile(c, TAIL), quantile(c, 1 - TAIL)] as const);
  for (const [o, [low, high]] of ends.entries()) moves[o]![0]! -= (low + high) / 2;
  const reach = ends.map(([low, high]) => (high - low) / 2);
  const longest = Math.max(...reach);
  if (!(longest > 0)) return from.map((w) => Float64Array.from(w));
  const end = from.map((w, o) => w.map((v, i) => v + moves[o]![i]!));
  const bounds = [from, end].map(
    (w) => longest * plainBound(rangeOf(probabilities(w.map((v) => rowScores(drawn, at, v)))), classes, 1),
  );
  const { values, sigma } = curator.sums({
    purpose: 'training',
    about,
    rho,
    quantum: QUANTUM,
    rowNorm: (Math.hypot(...bounds) / QUANTUM) * (1 + 1e-9),
    sums: () => slopes(request, { moves, reach, ends: [from, end], bounds }),
  });
  const [start, stop] = values as unknown as [number, number];
  const bend = Math.max(start - stop, sigma);
  const step = Math.min(Math.max(start / bend, 0), LONGEST);
  return from.map((w, o) => w.map((v, i) => v + step * moves[o]![i]!));
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

interface Slopes {
  readonly moves: readonly Float64Array[];
  readonly reach: readonly number[];
  readonly ends: readonly (readonly Float64Array[])[];
  /** Most that one row can add to each slope. */
  readonly bounds: readonly number[];
}

/** In quanta: Σ over rows and outputs of (y − p) × change of score, at each end. */
function slopes({ look, blocks }: LineRequest, { moves, reach, ends, bounds }: Slopes): Float64Array {
  const at = offsets(blocks);
  const { rows, labels } = look();
  const changes = moves.map((d, o) =>
    rowScores(rows, at, d).map((v) => Math.min(Math.max(v, -reach[o]!), reach[o]!)),
  );
  return Float64Array.from(ends, (w, e) => {
    const p = probabilities(w.map((v) => rowScores(rows, at, v)));
    let total = 0;
    for (let i = 0; i < rows.rows; i++) {
      let own = 0;
      for (const [o, change] of changes.entries()) own += (labels[o]![i]! - p[o]![i]!) * change[i]!;
      total += Math.trunc(Math.min(Math.max(own, -bounds[e]!), bounds[e]!) / QUANTUM);
    }
    return total;
  });
}
