import type { Rng } from '../../core/index.js';
import type { CodedRows, Layout } from '../mixed/index.js';

/** A choice and the code that it is to have. */
export interface Condition {
  readonly choice: number;
  readonly code: number;
}

/** One choice that rows can be asked for. */
export interface ConditionChoice {
  readonly choice: number;
  /** Rows with each code. */
  readonly counts: readonly number[];
}

/** Choices that conditions are about (Xu et al. 2019, §4.3: the discrete columns): those of columns without a number. */
export function learnConditions(
  { codes }: CodedRows,
  layout: Layout,
  training: Uint32Array,
): ConditionChoice[] {
  const many = layout.choices.length;
  return [...layout.choices.entries()]
    .filter(([, { column }]) => layout.ofColumn[column]!.number === undefined)
    .map(([choice, { size }]) => {
      const counts = new Array<number>(size).fill(0);
      for (const row of training) counts[codes[row * many + choice]!]!++;
      return { choice, counts };
    });
}

/** Draws as the table has it: a choice at random, then a code by its share. Undefined where there is no choice. */
export function drawCondition(conditions: readonly ConditionChoice[], rng: Rng): Condition | undefined {
  if (conditions.length === 0) return undefined;
  const { choice, counts } = conditions[rng.int(conditions.length)]!;
  return { choice, code: rng.weightedIndex(counts) };
}

/** Training-by-sampling (Xu et al. 2019, §4.3): a code by the logarithm of its rows, then one of its rows. */
export class ConditionSampler {
  readonly #conditions: readonly ConditionChoice[];
  readonly #weights: readonly (readonly number[])[];
  /** Rows by choice and code. */
  readonly #rowsOf: readonly (readonly Uint32Array[])[];

  constructor(
    conditions: readonly ConditionChoice[],
    { codes }: CodedRows,
    { layout, training }: { layout: Layout; training: Uint32Array },
  ) {
    const many = layout.choices.length;
    this.#conditions = conditions;
    this.#weights = conditions.map(({ counts }) => counts.map((n) => Math.log(n + 1)));
    this.#rowsOf = conditions.map(({ choice, counts }) => {
      const lists = counts.map((n) => new Uint32Array(n));
      const filled = new Uint32Array(counts.length);
      for (const row of training) {
        const code = codes[row * many + choice]!;
        lists[code]![filled[code]!++] = row;
      }
      return lists;
    });
  }

  draw(rng: Rng): Condition & { readonly row: number } {
    const i = rng.int(this.#conditions.length);
    const code = rng.weightedIndex(this.#weights[i]!);
    const rows = this.#rowsOf[i]![code]!;
    return { choice: this.#conditions[i]!.choice, code, row: rows[rng.int(rows.length)]! };
  }
}
