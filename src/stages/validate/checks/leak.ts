import { macroAuc, rankScores } from '../../../numerics/index.js';
import type { CategoricalColumn, Column, Table } from '../../../table/index.js';
import { applyBinning, learnBinning } from '../../../trees/index.js';
import type { Finding } from '../../document.js';
import type { LabelledRows, TaskData } from '../task-data.js';

/** A single column that ranks the test rows this well says the label rather than predicts it (expert assumption). */
const LEAK_AUC = 0.995;
/** Bins in which the label's rate is learned from a column. */
const BINS = 64;

/** When a feature becomes known, against the moment of prediction. */
export interface FeatureTiming {
  readonly column: string;
  /** Hours from the moment of prediction to the end of the feature's window; positive = the future. */
  readonly hoursAfterPrediction: number;
}

/**
 * Features that give a task's label away: the label under another name, a column that alone ranks the test rows almost
 * without error, or one whose window ends after the moment of prediction. Names the column, never a value.
 */
export function checkLeaks(
  data: TaskData,
  train: Table,
  test: Table,
  timings: readonly FeatureTiming[] = [],
): Finding[] {
  const late = new Map(timings.filter((t) => t.hoursAfterPrediction > 0).map((t) => [t.column, t]));
  return data.features.flatMap((name) => {
    const why = late.has(name)
      ? 'its window ends after the moment of prediction'
      : describeLeak(data, train.column(name), test.column(name));
    if (why === undefined) return [];
    return [
      {
        code: 'LABEL_LEAK' as const,
        kind: 'data' as const,
        severity: 'error' as const,
        message: `Column '${name}' gives away '${data.task.label}': ${why}. Exclude it from the task, or correct its window.`,
        task: data.task.id,
        column: name,
      },
    ];
  });
}

function describeLeak(data: TaskData, train: Column, test: Column): string | undefined {
  if (train.type === 'categorical' && test.type === 'categorical') {
    const same = renamesLabel(train, data.train) && renamesLabel(test, data.test);
    if (same) return 'it is the label under other names';
  }
  const area = singleColumnAuc(data, train, test);
  if (area === null || area < LEAK_AUC) return undefined;
  return `alone it ranks the test rows with AUC ${area.toFixed(4)}`;
}

/** Whether categories and classes stand in one-to-one correspondence on the rows where both are known, with no value missing. */
function renamesLabel({ codes, valid }: CategoricalColumn, { rows, labels }: LabelledRows): boolean {
  const classOf = new Map<number, number>();
  const categoryOf = new Map<number, number>();
  for (const [i, row] of rows.entries()) {
    if (valid[row] !== 1) return false;
    const category = codes[row]!;
    const label = labels[i]!;
    if ((classOf.get(category) ?? label) !== label || (categoryOf.get(label) ?? category) !== category)
      return false;
    classOf.set(category, label);
    categoryOf.set(label, category);
  }
  return classOf.size > 1;
}

/**
 * The best area of one column on the test rows (multiclass: one-vs-rest macro): of the class rates in its bins, learned
 * on the train rows with missing as a bin, and for a number in a binary task of the number itself, either way round.
 */
export function singleColumnAuc(data: TaskData, train: Column, test: Column): number | null {
  const { classes, test: scored } = data;
  const targets = classes.length === 2 ? [1] : [...classes.keys()];
  const masks = targets.map((c) => Uint8Array.from(scored.labels, (y) => (y === c ? 1 : 0)));
  const rates = binRates(data, train, test);
  const learned = macroAuc(
    targets.map((c) => rankScores(rates.map((rate) => rate[c]!))),
    masks,
  );
  if (classes.length !== 2 || test.type !== 'numeric') return learned;
  const present = [...scored.rows.keys()].filter((i) => test.valid[scored.rows[i]!] === 1);
  if (present.length < scored.rows.length) return learned; // no place for the missing ones in the raw order
  const raw = macroAuc([rankScores(present.map((i) => test.values[scored.rows[i]!]!))], masks);
  return raw === null ? learned : Math.max(learned ?? 0, raw, 1 - raw);
}

/** For each test row the class shares of the train rows in its bin (half a row is added to each class). */
function binRates(data: TaskData, train: Column, test: Column): number[][] {
  const binning = learnBinning(train, { maxBins: BINS });
  const { codes, bins } = applyBinning(binning, train);
  const k = data.classes.length;
  const counts = Array.from({ length: bins + 1 }, () => new Float64Array(k).fill(0.5));
  for (const [i, row] of data.train.rows.entries()) counts[codes[row]!]![data.train.labels[i]!]!++;
  const shares = counts.map((c) => {
    const total = c.reduce((a, b) => a + b, 0);
    return Array.from(c, (n) => n / total);
  });
  const testCodes = applyBinning(binning, test).codes;
  return Array.from(data.test.rows, (row) => shares[testCodes[row]!]!);
}
