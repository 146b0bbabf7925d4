import type { Grid } from './grid.js';

/** How a noisy count of fine cells becomes codes. */
export interface BinRequest {
  readonly grid: Grid;
  /** Ordered cells are joined with their neighbours only. */
  readonly ordered: boolean;
  /** Cut points that must separate codes; where there are some, nothing else does. */
  readonly edges: readonly number[] | undefined;
  /** Noisy count of every cell and the noise's standard deviation. */
  readonly counts: Float64Array;
  readonly sigma: number;
  /** Noisy number of rows and its standard deviation, from all columns. */
  readonly total: number;
  readonly totalSigma: number;
  /** Most codes of present values. */
  readonly maxBins: number;
  /** Cells below so many standard deviations do not stand alone. */
  readonly rareSigmas: number;
}

/** Code of every cell; the codes are 0 … size − 1, ordered columns' in order, that of missing values (if any) last. */
export interface Bins {
  readonly codeOf: Uint32Array;
  readonly size: number;
  /** The code of missing values. Undefined when there are none, or too few to be told from noise (then they have the commonest code). */
  readonly missing: number | undefined;
}

/** Joins cells to codes by their noisy counts alone, which costs nothing more. */
export function binCells(request: BinRequest): Bins {
  const { grid, counts, sigma, rareSigmas } = request;
  const codeOf = new Uint32Array(grid.cells);
  let size = 0;
  if (grid.values > 0) {
    if (request.edges !== undefined && grid.cuts !== undefined) size = byEdges(request, codeOf);
    else size = request.ordered ? byNeighbours(request, codeOf) : byFrequency(request, codeOf);
  }
  if (grid.missing < 0) return { codeOf, size, missing: undefined };
  if (size > 0 && counts[grid.missing]! < rareSigmas * sigma) {
    codeOf[grid.missing] = commonest(codeOf.subarray(0, grid.values), counts, size);
    return { codeOf, size, missing: undefined };
  }
  codeOf[grid.missing] = size;
  return { codeOf, size: size + 1, missing: size };
}

function commonest(codeOf: Uint32Array, counts: Float64Array, size: number): number {
  const mass = new Float64Array(size);
  for (let cell = 0; cell < codeOf.length; cell++) mass[codeOf[cell]!]! += counts[cell]!;
  return mass.indexOf(Math.max(...mass));
}

/** Public edges: a code for each stretch between two. */
function byEdges({ grid, edges = [] }: BinRequest, codeOf: Uint32Array): number {
  let code = 0;
  for (let cell = 0; cell < grid.values; cell++) {
    const middle = (grid.cuts![cell]! + grid.cuts![cell + 1]!) / 2;
    while (code < edges.length && middle >= edges[code]!) code++;
    codeOf[cell] = code;
  }
  // edges at a bound leave a code without cells
  return compact(codeOf.subarray(0, grid.values));
}

function compact(codes: Uint32Array): number {
  let size = 0;
  let last = -1;
  for (let cell = 0; cell < codes.length; cell++) {
    if (codes[cell] !== last) {
      last = codes[cell]!;
      size++;
    }
    codes[cell] = size - 1;
  }
  return size;
}

/** Categories: the frequent ones a code each, the most frequent first; what is rare shares the last. */
function byFrequency(request: BinRequest, codeOf: Uint32Array): number {
  const { grid, counts, sigma, maxBins, rareSigmas } = request;
  const cells = Array.from({ length: grid.values }, (_, cell) => cell);
  cells.sort((a, b) => counts[b]! - counts[a]! || a - b);
  const frequent = cells.filter((cell) => counts[cell]! >= rareSigmas * sigma).length;
  const rare = grid.values - frequent;
  // one rare category alone is joined with nothing
  const own = frequent > maxBins ? maxBins - 1 : rare === 1 ? frequent + 1 : frequent;
  for (const [place, cell] of cells.entries()) codeOf[cell] = Math.min(place, own);
  return Math.min(own + 1, grid.values);
}

/** A stretch of cells. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * Ordered cells: a spike (far above the noise and above its neighbours) is a code of its own; the stretches between are cut into codes of
 * comparable noisy mass, none of which is smaller than the noise allows.
 */
function byNeighbours(request: BinRequest, codeOf: Uint32Array): number {
  const { grid, counts } = request;
  const total = counts.subarray(0, grid.values).reduce((sum, x) => sum + Math.max(x, 0), 0);
  const target = Math.min(total, request.total) / request.maxBins;
  const spikes = Uint8Array.from({ length: grid.values }, (_, cell) =>
    Number(isSpike(request, cell, target)),
  );
  const shift = smoothShift(request, spikes);
  let size = 0;
  let from = 0;
  for (let cell = 0; cell <= grid.values; cell++) {
    if (cell < grid.values && spikes[cell] === 0) continue;
    if (from < cell) size = cutStretch(request, { from, to: cell }, { target, codeOf, size, shift });
    if (cell < grid.values) codeOf[cell] = size++;
    from = cell + 1;
  }
  return size;
}

/** Cells on each side that a spike is compared with. */
const AROUND = 3;

function isSpike({ grid, counts, sigma, rareSigmas }: BinRequest, cell: number, target: number): boolean {
  const count = counts[cell]!;
  if (count < (rareSigmas + 0.5) * sigma) return false;
  if (count >= target) return true;
  let around = 0;
  let n = 0;
  for (let k = Math.max(cell - AROUND, 0); k <= Math.min(cell + AROUND, grid.values - 1); k++) {
    if (k === cell) continue;
    around += counts[k]!;
    n++;
  }
  return count > 3 * Math.max(around / Math.max(n, 1), sigma);
}

/** What all cells outside spikes have together, from the number of rows, and how far their own sum is from it, by cell. */
interface Shift {
  /** To be added to each cell outside spikes. */
  readonly each: number;
  readonly cells: number;
  /** Standard deviation of their mass all together. */
  readonly deviation: number;
}

/**
 * The mass outside spikes is known twice: as the sum of its many cells, and as the number of rows less the few spikes and missing values.
 * The second knows it far better where spikes hold most rows. Both are weighed by their variance.
 */
function smoothShift({ grid, counts, sigma, total, totalSigma }: BinRequest, spikes: Uint8Array): Shift {
  let direct = 0;
  let rest = total;
  let cells = 0;
  for (let cell = 0; cell < grid.cells; cell++) {
    if (spikes[cell] === 0) {
      direct += counts[cell]!;
      cells++;
    } else rest -= counts[cell]!;
  }
  const byCells = cells * sigma * sigma;
  const byRest = (grid.cells - cells) * sigma * sigma + totalSigma * totalSigma;
  if (cells === 0 || byCells === 0) return { each: 0, cells, deviation: 0 };
  const mass = (direct * byRest + rest * byCells) / (byRest + byCells);
  return {
    each: (mass - direct) / cells,
    cells,
    deviation: Math.sqrt((byRest * byCells) / (byRest + byCells)),
  };
}

/** Cuts a stretch between spikes; what is left over at its end joins the code before. */
function cutStretch(
  { counts, sigma, rareSigmas }: BinRequest,
  { from, to }: Stretch,
  { target, codeOf, size, shift }: { target: number; codeOf: Uint32Array; size: number; shift: Shift },
): number {
  const noiseOf = (cells: number): number =>
    cells === shift.cells ? shift.deviation : sigma * Math.sqrt(cells);
  let code = size;
  let mass = 0;
  let start = from;
  for (let cell = from; cell < to; cell++) {
    mass += counts[cell]! + shift.each;
    codeOf[cell] = code;
    if (mass < Math.max(target, rareSigmas * noiseOf(cell + 1 - start))) continue;
    code++;
    mass = 0;
    start = cell + 1;
  }
  if (start === to) return code;
  const least = rareSigmas * noiseOf(to - start);
  if (mass >= least && (mass >= target / 2 || start === from)) return code + 1;
  // too little to stand alone: joins the code before, or makes the first one
  if (code === 0) return 1;
  for (let cell = start; cell < to; cell++) codeOf[cell] = code - 1;
  return code;
}
