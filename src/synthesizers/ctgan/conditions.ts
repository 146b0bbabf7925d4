import type { Rng } from '../../core/index.js';
import type { CodedRows, GivenCodes, Labels, Layout } from '../mixed/index.js';
import { choiceCode, classOfLabels, labelChoices, labelDrawer } from '../mixed/index.js';

/** What a row is to have: a code of one choice, and all its labels. */
export interface Condition {
  readonly choice: number;
  readonly code: number;
  /** Codes of the label columns, where the generator is told them. */
  readonly labels: readonly number[];
}

/** One choice that rows can be asked for. */
export interface ConditionChoice {
  readonly choice: number;
  /** Rows with each code. */
  readonly counts: readonly number[];
  /** The same in each class of labels. */
  readonly ofClass: readonly (readonly number[])[];
}

export interface ConditionRequest {
  readonly layout: Layout;
  readonly training: Uint32Array;
  readonly labels: Labels;
}

/** Choices that conditions are about (Xu et al. 2019, §4.3: the discrete columns): those of columns without a number. */
export function learnConditions(
  { codes }: CodedRows,
  { layout, training, labels }: ConditionRequest,
): ConditionChoice[] {
  const many = layout.choices.length;
  const classOf = classOfLabels(labels);
  const told = labelChoices(labels, layout);
  const own = Int32Array.from(training, (row) => classOf(told.map((k) => codes[row * many + k]!)) ?? -1);
  return [...layout.choices.entries()]
    .filter(([, { column }]) => layout.ofColumn[column]!.number === undefined)
    .map(([choice, { size }]) => {
      const counts = new Array<number>(size).fill(0);
      const ofClass = labels.classes.map(() => [...counts]);
      for (const [i, row] of training.entries()) {
        const code = codes[row * many + choice]!;
        counts[code]!++;
        const among = ofClass[own[i]!];
        if (among !== undefined) among[code]!++;
      }
      return { choice, counts, ofClass };
    });
}

/** What conditions are drawn from. */
export interface ConditionDraw {
  readonly layout: Layout;
  readonly conditions: readonly ConditionChoice[];
  readonly labels: Labels;
  readonly given: GivenCodes;
}

/**
 * Draws a row's condition as the table has it: labels by their joint shares, a choice at random, then a code by its share among rows of these labels. A choice whose column is given
 * is preferred, with its code. Undefined where there is no choice.
 */
export function conditionDrawer({
  layout,
  conditions,
  labels,
  given,
}: ConditionDraw): (row: number, rng: Rng) => Condition | undefined {
  const classOf = classOfLabels(labels);
  const drawLabels = labelDrawer(labels, given);
  const told = labelChoices(labels, layout);
  const columnOf = (choice: number): number => layout.choices[choice]!.column;
  const first = conditions.find(({ choice }) => !told.includes(choice) && given.has(columnOf(choice)));
  return (row, rng) => {
    if (conditions.length === 0) return undefined;
    const own = drawLabels(row, rng);
    if (first !== undefined) {
      const { choice } = first;
      return { choice, code: choiceCode(layout, choice, given.get(columnOf(choice))![row]!), labels: own };
    }
    const { choice, counts, ofClass } = conditions[rng.int(conditions.length)]!;
    const label = told.indexOf(choice);
    if (label >= 0) return { choice, code: own[label]!, labels: own };
    const among = ofClass[classOf(own) ?? -1];
    const weights = among?.some((n) => n > 0) === true ? among : counts;
    return { choice, code: rng.weightedIndex(weights), labels: own };
  };
}

/** Training-by-sampling (Xu et al. 2019, §4.3): a code by the logarithm of its rows, then one of its rows. */
export class ConditionSampler {
  readonly #conditions: readonly ConditionChoice[];
  readonly #weights: readonly (readonly number[])[];
  /** Rows by choice and code. */
  readonly #rowsOf: readonly (readonly Uint32Array[])[];
  readonly #labelsOf: (row: number) => number[];

  /** @param labels choices whose codes the generator is told. */
  constructor(
    conditions: readonly ConditionChoice[],
    { codes }: CodedRows,
    { layout, training, labels }: { layout: Layout; training: Uint32Array; labels: readonly number[] },
  ) {
    const many = layout.choices.length;
    this.#conditions = conditions;
    this.#labelsOf = (row) => labels.map((k) => codes[row * many + k]!);
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
    const row = rows[rng.int(rows.length)]!;
    return { choice: this.#conditions[i]!.choice, code, row, labels: this.#labelsOf(row) };
  }
}
