import type { ColumnCoder } from '../coding.js';
import type { OneWay } from '../one-way.js';
import type { Coder, CoderOptions, Mode } from './coder.js';
import { mixtureModes } from './coder.js';
import type { Quantiles } from './quantiles.js';

/** What noisy counts say of a column: how many rows each fine cell of its grid has, none below zero, and how many are missing. */
export interface NoisyColumn {
  readonly coder: ColumnCoder;
  /** [cells of present values] */
  readonly cells: Float64Array;
  readonly missing: number;
  /** Standard deviation of the noise of one cell. */
  readonly sigma: number;
}

export interface PrivateCoderOptions extends Pick<CoderOptions, 'modes' | 'spikeShare' | 'levels'> {
  /** Categories, numbers and missing cells below so many standard deviations of the noise have no code of their own. */
  readonly rareSigmas: number;
}

/** The columns of a one-way measurement, by their cells. */
export function noisyColumns({ coders, tables }: OneWay): NoisyColumn[] {
  return coders.map((coder, c): NoisyColumn => {
    const { values, weights } = tables[c]!;
    const { grid, size, start, cells: places, cumulative } = coder;
    const cells = new Float64Array(grid.values);
    let missing = 0;
    for (let code = 0; code < size; code++) {
      const count = Math.max(0, values[code]!);
      for (let k = start[code]!; k < start[code + 1]!; k++) {
        const share = cumulative[k]! - (k > start[code]! ? cumulative[k - 1]! : 0);
        if (places[k] === grid.missing) missing += count * share;
        else cells[places[k]!]! += count * share;
      }
    }
    // a code's variance is that of its cells together
    const cellsOfCode = (code: number): number => coder.codeOf.reduce((n, k) => n + Number(k === code), 0);
    const sigma = Math.sqrt(1 / (weights[0]! * Math.max(1, cellsOfCode(0))));
    return { coder, cells, missing, sigma };
  });
}

/** The coder of a column from noisy counts alone (post-processing). */
export function privateCoder(column: NoisyColumn, options: PrivateCoderOptions): Coder {
  return column.coder.grid.cuts === undefined ? categoryCoder(column, options) : numberCoder(column, options);
}

function categoryCoder({ coder, cells, missing, sigma }: NoisyColumn, options: PrivateCoderOptions): Coder {
  const least = options.rareSigmas * sigma;
  const all = [...cells.keys()];
  const some = cells.some((count) => count >= least);
  const kept = all.filter((c) => !some || cells[c]! >= least);
  if (coder.schema.kind !== 'ordinal') kept.sort((a, b) => cells[b]! - cells[a]! || a - b);
  const rare = kept.length < all.length ? kept.length : null;
  const codeOf = new Array<number>(all.length).fill(rare ?? 0);
  for (const [code, category] of kept.entries()) codeOf[category] = code;
  const present = kept.length + (rare === null ? 0 : 1);
  const withMissing = missing >= least || present === 0;
  return {
    kind: 'categories',
    codeOf,
    categoryOf: kept,
    rare,
    missing: withMissing ? present : null,
    size: present + Number(withMissing),
  };
}

function numberCoder(
  { coder, cells, missing, sigma }: NoisyColumn,
  { modes, spikeShare, levels, rareSigmas }: PrivateCoderOptions,
): Coder {
  const { schema, grid } = coder;
  const cuts = grid.cuts!;
  const least = rareSigmas * sigma;
  const total = cells.reduce((sum, n) => sum + n, 0);
  const unit = schema.decimals === undefined ? 0 : 10 ** -schema.decimals;
  // a cell as wide as the recorded step is one number
  const isNumber = (cell: number): boolean => unit > 0 && cuts[cell + 1]! - cuts[cell]! < 1.5 * unit;
  const few = cells.length <= levels;
  const isSpike = (cell: number): boolean =>
    isNumber(cell) && cells[cell]! >= (few ? least : Math.max(least, spikeShare * total));
  const spikeCells = [...cells.keys()].filter(isSpike);
  const own = new Set(spikeCells);
  const rest = [...cells.keys()].filter((cell) => !own.has(cell) && cells[cell]! > 0);
  const restRows = rest.reduce((sum, cell) => sum + cells[cell]!, 0);
  const hasModes = rest.length > 0 && (restRows >= least || spikeCells.length === 0);
  const found = hasModes ? modesOf({ cuts, cells, rest, kind: modes }) : [];
  const spikes = spikeCells.map((cell) => roundTo((cuts[cell]! + cuts[cell + 1]!) / 2, schema.decimals));
  const present = spikes.length + found.length;
  const withMissing = missing >= least || present === 0;
  const [min, max] = schema.bounds ?? [-Infinity, Infinity];
  return {
    kind: 'numbers',
    spikes,
    modes: found,
    bounds: { min, max, decimals: schema.decimals ?? null },
    missing: withMissing ? present : null,
    size: present + Number(withMissing),
  };
}

interface Rest {
  readonly cuts: Float64Array;
  readonly cells: Float64Array;
  readonly rest: readonly number[];
  readonly kind: CoderOptions['modes'];
}

function modesOf({ cuts, cells, rest, kind }: Rest): Mode[] {
  if (kind === 'mixture') {
    return mixtureModes({
      values: Float64Array.from(rest, (cell) => (cuts[cell]! + cuts[cell + 1]!) / 2),
      counts: Float64Array.from(rest, (cell) => cells[cell]!),
    });
  }
  const total = rest.reduce((sum, cell) => sum + cells[cell]!, 0);
  const quantiles: Quantiles = { kind: 'quantiles', low: [], high: [], upTo: [] };
  let sum = 0;
  for (const cell of rest) {
    sum += cells[cell]!;
    quantiles.low.push(cuts[cell]!);
    quantiles.high.push(cuts[cell + 1]!);
    quantiles.upTo.push(cell === rest.at(-1) ? 1 : Math.min(1, sum / total));
  }
  return [quantiles];
}

function roundTo(value: number, decimals: number | undefined): number {
  return decimals === undefined ? value : Number(value.toFixed(decimals));
}
