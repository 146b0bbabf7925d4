import { value } from '../../../tensor/index.js';
import type { Value } from '../../../tensor/index.js';
import type { SequenceLayout } from './layout.js';

/** Codes of all variables. */
export interface CodedSequences {
  /** As in `Sequences`. */
  readonly starts: Uint32Array;
  /** [sequences · variables of the context] */
  readonly context: Int32Array;
  /** [steps · variables of a step] */
  readonly steps: Int32Array;
  /** Last known codes before each place, as `recallAll` has them. */
  readonly recalled: Int32Array;
}

/** Part of a history that fits a window: places from … to − 1, where place k predicts step k and the last one the end. Places from `counted` on are learned from. */
export interface Piece {
  readonly sequence: number;
  readonly from: number;
  readonly to: number;
  readonly counted: number;
}

/** Places that a piece begins after the one before. */
export const strideOf = (window: number): number => Math.floor(window / 2);

/**
 * A history as pieces; of one longer than the window, pieces that overlap by half, so that what is learned from has a past. Where a piece begins hangs on
 * nothing but the window: otherwise how much past a place has would tell how near the end is.
 */
export function piecesOf(sequence: number, length: number, window: number): Piece[] {
  const places = length + 1;
  const pieces: Piece[] = [{ sequence, from: 0, to: Math.min(window, places), counted: 0 }];
  const stride = strideOf(window);
  for (let from = stride; from + window - stride < places; from += stride)
    pieces.push({ sequence, from, to: Math.min(from + window, places), counted: from + window - stride });
  return pieces;
}

/** Lays pieces out in windows, one behind the other as they fit. */
export function packPieces(pieces: readonly Piece[], window: number): Piece[][] {
  const windows: Piece[][] = [];
  let left = 0;
  for (const piece of pieces) {
    const places = piece.to - piece.from;
    if (places > left) {
      windows.push([]);
      left = window;
    }
    windows.at(-1)!.push(piece);
    left -= places;
  }
  return windows;
}

/** Feeds of the network for some windows, and the weight of each output at each place. */
export interface Packed {
  readonly codes: Value;
  readonly targets: Value;
  readonly begins: Value;
  readonly position: Value;
  readonly weights: Value;
  /** Places that are learned from. */
  readonly places: number;
}

export function fillWindows(
  windows: readonly (readonly Piece[])[],
  { starts, context, steps, recalled }: CodedSequences,
  { window, inputs, context: before, outputs }: SequenceLayout,
): Packed {
  const rows = windows.length * window;
  const ofStep = outputs.length - 1;
  const own = before - ofStep;
  const codes = new Int32Array(rows * inputs.length);
  const targets = new Int32Array(rows * outputs.length);
  const weights = new Float32Array(rows * outputs.length);
  const begins = Float32Array.from({ length: rows }, (_, row) => row % window);
  const position = new Float32Array(rows);
  let places = 0;
  for (const [w, pieces] of windows.entries()) {
    let row = w * window;
    for (const { sequence, from, to, counted } of pieces) {
      const start = starts[sequence]!;
      const length = starts[sequence + 1]! - start;
      const begin = row % window;
      for (let place = from; place < to; place++, row++) {
        const ends = place === length;
        const step = ends
          ? undefined
          : steps.subarray((start + place) * ofStep, (start + place + 1) * ofStep);
        codes.set(context.subarray(sequence * own, (sequence + 1) * own), row * inputs.length);
        const known = (start + sequence + place) * ofStep;
        codes.set(recalled.subarray(known, known + ofStep), row * inputs.length + own);
        targets[row * outputs.length] = Number(ends);
        if (step !== undefined) {
          codes.set(step, row * inputs.length + before);
          targets.set(step, row * outputs.length + 1);
        }
        begins[row] = begin;
        position[row] = Math.log1p(place);
        if (place < counted) continue;
        places++;
        weights.fill(1, row * outputs.length, row * outputs.length + (ends ? 1 : outputs.length));
      }
    }
  }
  const batch = windows.length;
  return {
    codes: value(codes, [batch, window, inputs.length]),
    targets: value(targets, [rows, outputs.length]),
    begins: value(begins, [batch, window]),
    position: value(position, [batch, window]),
    weights: value(weights, [rows, outputs.length]),
    places,
  };
}
