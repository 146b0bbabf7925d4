import type { Coder } from '../coder.js';
import type { Parts } from '../parts.js';

/** Takes a step's codes in: those of the columns that have a value. Codes of a column that had none so far are one above the others. */
export type Recall = (recalled: Int32Array, codes: Int32Array) => void;

/** What is known of nothing yet. */
export function nothingYet({ parts }: Parts): Int32Array {
  return Int32Array.from(parts, (part) => part.size);
}

export function recallOf({ parts, ofColumn }: Parts, coders: readonly Coder[]): Recall {
  const columns = ofColumn.flatMap((own, column) => {
    const [first] = own;
    if (first === undefined) return [];
    const { missing, size } = coders[column]!;
    const absent = parts[first]!.role === 'flag' ? 1 : size === 2 && missing !== null ? missing : -1;
    return [{ own, first, absent }];
  });
  return (recalled, codes) => {
    for (const { own, first, absent } of columns)
      if (codes[first] !== absent) for (const part of own) recalled[part] = codes[part]!;
  };
}

/**
 * The last known codes before each place of each history [(steps + histories) · variables]: histories one after the other, each with a place more than it has
 * steps.
 */
export function recallAll(
  { starts, steps }: { readonly starts: Uint32Array; readonly steps: Int32Array },
  parts: Parts,
  coders: readonly Coder[],
): Int32Array {
  const variables = parts.parts.length;
  const histories = starts.length - 1;
  const out = new Int32Array((starts.at(-1)! + histories) * variables);
  const recall = recallOf(parts, coders);
  for (let i = 0; i < histories; i++) {
    const known = nothingYet(parts);
    for (let step = starts[i]!; step <= starts[i + 1]!; step++) {
      out.set(known, (step + i) * variables);
      if (step < starts[i + 1]!) recall(known, steps.subarray(step * variables, (step + 1) * variables));
    }
  }
  return out;
}
