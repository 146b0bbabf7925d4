import type { Rng } from '../../core/index.js';
import type { CodedRows, Layout } from '../mixed/index.js';

/** A batch of rows, part of them in noise, and what the network is to say of them. */
export interface NoisyBatch {
  readonly rows: number;
  readonly codes: Int32Array;
  readonly numbers: Float32Array;
  readonly known: Float32Array;
  readonly time: Int32Array;
  /** The noise in the numbers. */
  readonly noise: Float32Array;
  readonly cleanCodes: Int32Array;
  readonly openChoices: Float32Array;
  readonly openNumbers: Float32Array;
}

export interface NoiseRequest {
  readonly layout: Layout;
  /** ᾱ at 0 … steps. */
  readonly alphaBar: Float64Array;
  /** 1 for columns that are given when no random ones are: the labels. */
  readonly labels: Uint8Array;
  /** Share of rows that have random columns given instead. */
  readonly givenShare: number;
}

/** Where a row's step and noise come from. */
export type RowChance = (row: number) => {
  readonly rng: Rng;
  /** Place among all steps, in [0, 1). */ readonly at: number;
};

/** One stream for all rows; they are spread evenly over the steps, which takes noise from the loss. */
export const inTurn =
  (rows: number, rng: Rng): RowChance =>
  (row) => ({ rng, at: (row + rng.next()) / rows });

/**
 * Puts the rows at `places` in noise, each at a step of its own. Which columns are given, and so stay without noise: the labels (the paper's class-conditional
 * model), or for a share of the rows each column with a probability that is uniform on (0, 1).
 */
export function noisyBatch(
  from: CodedRows,
  places: Uint32Array,
  { layout, alphaBar, labels, givenShare }: NoiseRequest,
  { chance }: { readonly chance: RowChance },
): NoisyBatch {
  const rows = places.length;
  const steps = alphaBar.length - 1;
  const [choices, numbers, columns] = [layout.choices.length, layout.numbers.length, labels.length];
  const batch: NoisyBatch = {
    rows,
    codes: new Int32Array(rows * choices),
    numbers: new Float32Array(rows * numbers),
    known: new Float32Array(rows * columns),
    time: new Int32Array(rows).fill(1),
    noise: new Float32Array(rows * numbers),
    cleanCodes: new Int32Array(rows * choices),
    openChoices: new Float32Array(rows * choices),
    openNumbers: new Float32Array(rows * numbers),
  };
  for (let row = 0; row < places.length; row++) {
    const { rng, at: place } = chance(row);
    const t = 1 + Math.min(steps - 1, Math.floor(place * steps));
    batch.time[row] = t;
    const keep = alphaBar[t]!;
    const share = rng.next() < givenShare ? rng.next() : undefined;
    for (let c = 0; c < columns; c++) {
      const isKnown = share === undefined ? labels[c] === 1 : rng.next() < share;
      if (isKnown) batch.known[row * columns + c] = 1;
    }
    const isKnown = (column: number): boolean => batch.known[row * columns + column] === 1;
    for (let k = 0; k < choices; k++) {
      const { column, size } = layout.choices[k]!;
      const clean = from.codes[places[row]! * choices + k]!;
      const open = !isKnown(column);
      const at = row * choices + k;
      batch.cleanCodes[at] = clean;
      batch.openChoices[at] = Number(open);
      batch.codes[at] = open && rng.next() >= keep ? rng.int(size) : clean;
    }
    for (let n = 0; n < numbers; n++) {
      const stored = from.numbers[places[row]! * numbers + n]!;
      // where a row has no number, any is as good
      const clean = Number.isNaN(stored) ? rng.normal() : stored;
      const open = !isKnown(layout.numbers[n]!);
      const at = row * numbers + n;
      const noise = rng.normal();
      batch.noise[at] = noise;
      batch.openNumbers[at] = Number(open);
      batch.numbers[at] = open ? Math.sqrt(keep) * clean + Math.sqrt(1 - keep) * noise : clean;
    }
  }
  return batch;
}

/** One choice between two points of the noise. */
export interface StepBack {
  /** Codes of the choice. */
  readonly size: number;
  /** ᾱ at the later point and at the earlier one. */
  readonly now: number;
  readonly next: number;
}

/**
 * Draws a code at an earlier point, given the code `now` and the code without noise (Hoogeboom et al. 2021, "Argmax flows and multinomial diffusion",
 * equation 15, for any two points): its weight is (a·[k = code] + b)(c·[k = clean] + d).
 */
export function stepBack({ size, now, next }: StepBack, code: number, clean: number, rng: Rng): number {
  const a = now / next;
  const b = (1 - a) / size;
  const c = next;
  const d = (1 - c) / size;
  const both = code === clean ? a * c : 0;
  let left = rng.next() * (both + a * d + b * c + b * d * size);
  if ((left -= both) < 0) return code;
  if ((left -= a * d) < 0) return code;
  if ((left -= b * c) < 0) return clean;
  return rng.int(size);
}
