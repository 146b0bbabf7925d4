import type { Rng } from '../../../core/index.js';
import { GOLDEN } from '../../kronecker.js';
import { probabilities } from './rows.js';
import type { HeadModel, HeadsModel } from './types.js';

/**
 * Class probabilities of a label, rows × classes, row-major. `codes[c]` are the codes of column c: features, then the labels before this one.
 */
export function labelProbabilities(
  model: HeadsModel,
  label: number,
  codes: readonly ArrayLike<number>[],
): Float64Array {
  return headProbabilities(model.heads[label]!, codes);
}

function headProbabilities(head: HeadModel, codes: readonly ArrayLike<number>[]): Float64Array {
  const rows = codes[0]?.length ?? 0;
  const k = head.classes;
  const scores = head.intercepts.map((intercept) => new Float64Array(rows).fill(intercept));
  for (const { columns, inner, tables } of head.terms) {
    const a = codes[columns[0]!]!;
    const b = columns[1] === undefined ? undefined : codes[columns[1]]!;
    for (const [o, table] of tables.entries()) {
      const score = scores[o]!;
      for (let i = 0; i < rows; i++) score[i]! += table[a[i]! * inner + (b?.[i] ?? 0)]!;
    }
  }
  const p = probabilities(scores);
  const out = new Float64Array(rows * k);
  for (let i = 0; i < rows; i++) {
    if (p.length === 1) {
      out[2 * i] = 1 - p[0]![i]!;
      out[2 * i + 1] = p[0]![i]!;
    } else for (let c = 0; c < k; c++) out[k * i + c] = p[c]![i]!;
  }
  return out;
}

/**
 * Draws all labels of a block of rows, one after the other, each given the features and the labels before it.
 *
 * The labels of a block are drawn together: rows are put in order of their probabilities, and a sequence that fills the unit interval evenly,
 * from a random start, decides them. Each row's class has exactly its probability, and the number of rows of a class is closer to the sum of its
 * probabilities than with rows drawn apart, here and among rows alike (systematic sampling, Madow 1949). Labels of one block
 * therefore depend on each other a little, in the way of a sample that was balanced by design.
 * @param codes features' codes, one array a column.
 */
export function drawLabels(model: HeadsModel, codes: readonly ArrayLike<number>[], rng: Rng): Uint32Array[] {
  const all: ArrayLike<number>[] = [...codes];
  return model.heads.map((head, l) => {
    const label = drawLabel(head, all, rng.split('label', l));
    all.push(label);
    return label;
  });
}

/** Draws one label. */
export function drawLabel(head: HeadModel, codes: readonly ArrayLike<number>[], rng: Rng): Uint32Array {
  const p = headProbabilities(head, codes);
  const k = head.classes;
  const rows = p.length / k;
  const top = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let c = 1; c < k; c++) if (p[k * i + c]! > p[k * i + top[i]!]!) top[i] = c;
  }
  // ties are broken by chance, so that rows alike are in no particular order
  const tie = rng.permutation(rows);
  const key = (i: number): number => (k === 2 ? p[2 * i + 1]! : top[i]! + p[k * i + top[i]!]! / 2);
  const keys = Float64Array.from({ length: rows }, (_, i) => key(i));
  const order = tie.sort((a, b) => keys[a]! - keys[b]!);
  const out = new Uint32Array(rows);
  let u = rng.next();
  for (const i of order) {
    u = (u + GOLDEN) % 1;
    let left = u;
    let c = 0;
    while (c < k - 1 && left >= p[k * i + c]!) left -= p[k * i + c++]!;
    out[i] = c;
  }
  return out;
}
