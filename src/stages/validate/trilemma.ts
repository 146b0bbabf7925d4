import type { Rng } from '../../core/index.js';
import { ksTest, sampleIndexes } from '../../numerics/index.js';
import type { Table } from '../../table/index.js';
import type { ArticleMeasure, FidelityDetail, PrivacyDetail, Ratio, Side, Trilemma } from '../document.js';
import type { Layer } from '../metric.js';
import { compareColumns } from './fidelity/columns.js';
import type { CompiledValidation } from './options.js';
import { withinChance } from './privacy/attack-figures.js';

/** Rows a side of the test of each column: at 1,000 a difference of 0.061 between two cumulative curves has p = 0.05. */
const TEST_ROWS = 1000;
/** The article's level of the test of each column. */
const TEST_LEVEL = 0.05;
/** The article's bar for the ratio of areas. */
const ARTICLE_RATIO = 0.9;

/** What the page is drawn from. */
export interface TrilemmaInput {
  readonly layers: readonly Layer[];
  readonly meanRatio: Ratio | null;
  readonly fidelity: FidelityDetail;
  readonly privacy: PrivacyDetail;
  /** Aligned tables. */
  readonly train: Table;
  readonly test: Table;
  readonly synthetic: Table;
  readonly options: CompiledValidation;
  readonly rng: Rng;
}

/** Utility, fidelity and privacy side by side, and the five measures of the article with their targets. */
export function summarise(input: TrilemmaInput): Trilemma {
  return {
    sides: [utilitySide(input), fidelitySide(input), privacySide(input)],
    article: [
      ratioMeasure(input),
      membershipMeasure(input),
      attributeMeasure(input),
      columnsMeasure(input),
      nearestMeasure(input),
    ],
  };
}

function head(layers: readonly Layer[], id: string): Pick<Side, 'verdict' | 'reason'> {
  const found = layers.find((l) => l.id === id);
  return {
    verdict: found?.verdict ?? 'not-computable',
    reason: found?.reason ?? 'It was not measured.',
  };
}

function utilitySide({ layers, meanRatio, options }: TrilemmaInput): Side {
  return {
    id: 'utility',
    title: 'Utility',
    ...head(layers, 'utility'),
    what: 'score of models trained on these rows ÷ score of models trained on real rows',
    figure:
      meanRatio === null ? null : { value: meanRatio.value, low: meanRatio.ci.low, high: meanRatio.ci.high },
    bar: options.thresholds.utility,
    ideal: 1,
    worst: 0.5,
    goal: 'max',
  };
}

/** The aggregate carries the verdict; it is nearly blind to lost relations, so the place stands in the report beside it. */
function fidelitySide({ layers, fidelity, options }: TrilemmaInput): Side {
  const placed = fidelity.placed.find((p) => p.id === 'aggregate');
  return {
    id: 'fidelity',
    title: 'Fidelity',
    ...head(layers, 'fidelity'),
    what: 'likeness to real rows: columns, associations, whole rows',
    figure: placed === undefined ? null : { value: placed.value, low: placed.value, high: placed.value },
    bar: options.thresholds.fidelity,
    ideal: 1,
    worst: 0.5,
    goal: 'max',
  };
}

function privacySide({ layers, privacy, options }: TrilemmaInput): Side {
  const strongest = strongestOf(privacy);
  return {
    id: 'privacy',
    title: 'Privacy',
    ...head(layers, 'privacy'),
    what: `AUC of the strongest attack that asks who was in the training data; 0.5 is guessing${privacy.status === 'computed' ? `, and chance alone stays below ${privacy.chance.upper.toFixed(3)}` : ''}`,
    figure: strongest === undefined ? null : strongest.auc,
    bar: options.thresholds.membership,
    ideal: 0.5,
    worst: 1,
    goal: 'min',
  };
}

type Computed = Extract<PrivacyDetail, { status: 'computed' }>;

function strongestOf(privacy: PrivacyDetail): Computed['attacks'][number] | undefined {
  return privacy.status === 'computed' ? privacy.attacks.find((a) => a.id === privacy.strongest) : undefined;
}

function ratioMeasure({ meanRatio }: TrilemmaInput): ArticleMeasure {
  const common = {
    id: 'utility-ratio' as const,
    title: 'Utility ratio',
    target: 'AUC(synthetic-trained) / AUC(real-trained) greater than 0.90',
    note: 'Mean over tasks and two models, tested on real rows that were held back. A coin already reaches 0.5 / AUC, so read the skill kept as well.',
  };
  if (meanRatio === null) return { ...common, found: 'no task could be computed', value: null, passed: null };
  const { value, ci } = meanRatio;
  const found = `${value.toFixed(3)} [${ci.low.toFixed(3)}–${ci.high.toFixed(3)}]`;
  return { ...common, found, value, passed: value > ARTICLE_RATIO };
}

function membershipMeasure({ privacy, options }: TrilemmaInput): ArticleMeasure {
  const common = {
    id: 'membership' as const,
    title: 'Membership inference AUC',
    target: 'close to 0.50',
    note: `“Close” is taken as at most ${String(options.thresholds.membership)}, the paper’s bar. The strongest of several attacks is shown, which lies above 0.5 even where there is nothing to find.`,
  };
  const strongest = strongestOf(privacy);
  if (privacy.status !== 'computed' || strongest === undefined) return { ...common, ...missing(privacy) };
  const { value, low, high } = strongest.auc;
  const found = `${value.toFixed(3)} [${low.toFixed(3)}–${high.toFixed(3)}] by “${strongest.title}”; chance stays below ${privacy.chance.upper.toFixed(3)}`;
  const tooFew = withinChance(privacy.chance, options.thresholds.membership);
  return { ...common, found, value, passed: tooFew ? null : value <= options.thresholds.membership };
}

function attributeMeasure({ privacy, options }: TrilemmaInput): ArticleMeasure {
  const bar = options.thresholds.advantage;
  const common = {
    id: 'attribute-inference' as const,
    title: 'Attribute inference accuracy',
    target: 'close to the baseline',
    note: `Rows that teach how columns go together let anybody guess better than the most frequent value; that is utility, not a leak. The baseline is therefore the same guess about people whom nobody learned from; members may be guessed better by ${String(bar)} at most, by the lower bound.`,
  };
  if (privacy.status !== 'computed') return { ...common, ...missing(privacy) };
  const [worst] = [...privacy.attributes].sort((a, b) => b.advantage.value - a.advantage.value);
  if (worst === undefined) {
    return { ...common, found: 'no sensitive column was named', value: null, passed: null };
  }
  const share = (x: number): string => `${(100 * x).toFixed(1)} %`;
  const found = `${worst.column}: right about ${share(worst.members)} of members and ${share(worst.others)} of others (most frequent value: ${share(worst.majority)})`;
  const passed = privacy.attributes.every((a) => a.advantage.low <= bar);
  return { ...common, found, value: worst.advantage.value, passed };
}

/**
 * The article's test of each column at a documented number of rows. With tens of thousands of rows every difference that nobody
 * would notice has p < 0.05, and of fresh real columns one in twenty fails as well: so no more may fail than chance lets, with the same
 * test on fresh real rows beside it.
 */
function columnsMeasure({ train, test, synthetic, fidelity, rng }: TrilemmaInput): ArticleMeasure {
  const rows = Math.min(TEST_ROWS, train.rows, test.rows, synthetic.rows);
  const at = (table: Table, label: string): Table =>
    table.take(sampleIndexes(table.rows, rows, rng.split(label)));
  const known = at(train, 'ks-train');
  const tested = (table: Table): { failed: number; of: number } => {
    const values = compareColumns(known, table).flatMap((c) => (c.pValue === null ? [] : [c.pValue]));
    return { failed: values.filter((p) => p <= TEST_LEVEL).length, of: values.length };
  };
  const made = tested(at(synthetic, 'ks-synthetic'));
  const fresh = tested(at(test, 'ks-test'));
  const allowed = mostByChance(made.of, TEST_LEVEL);
  const everything = fidelity.columns.filter((c) => c.pValue !== null && c.pValue > TEST_LEVEL).length;
  const difference = differenceAt(rows);
  const common = {
    id: 'ks' as const,
    title: 'Statistical fidelity',
    target: 'Kolmogorov-Smirnov p-value of each column greater than 0.05',
    note: `Tested with ${rows} rows a side, where a difference of ${difference} between two distributions is found; chi-squared for categories. Of columns that are alike one in twenty fails by chance, so up to ${allowed} may. With all ${synthetic.rows} rows ${everything} of ${made.of} columns keep p > 0.05: p-values shrink with rows, distances do not.`,
  };
  if (made.of === 0) return { ...common, found: 'no column could be tested', value: null, passed: null };
  return {
    ...common,
    found: `${made.of - made.failed} of ${made.of} columns (fresh real rows: ${fresh.of - fresh.failed} of ${fresh.of})`,
    value: (made.of - made.failed) / made.of,
    passed: made.failed <= allowed,
  };
}

/** Most failures of `n` tests at level `p` that chance lets happen in 95 % of cases (quantile of the binomial distribution). */
export function mostByChance(n: number, p: number): number {
  let term = (1 - p) ** n;
  let total = term;
  let k = 0;
  while (total < 0.95 && k < n) {
    term *= ((n - k) / (k + 1)) * (p / (1 - p));
    total += term;
    k++;
  }
  return k;
}

/** Difference of two cumulative curves that has p = 0.05 at `rows` a side, from the test itself. */
function differenceAt(rows: number): string {
  const step = (shift: number): number =>
    ksTest(
      Float64Array.from({ length: rows }, (_, i) => i),
      Float64Array.from({ length: rows }, (_, i) => i + shift),
    )?.pValue ?? 1;
  let shift = 0;
  while (shift < rows && step(shift) > TEST_LEVEL) shift += Math.max(1, Math.round(rows / 500));
  return (shift / Math.max(1, rows)).toFixed(2);
}

function nearestMeasure({ privacy }: TrilemmaInput): ArticleMeasure {
  const common = {
    id: 'nearest-neighbour' as const,
    title: 'Nearest neighbour distance',
    target: 'greater than the 5th percentile of real-to-real distances',
    note: 'The median distance of a synthetic row to the nearest training row, against fresh real rows. Of fresh real rows 5 % lie nearer than the target by its definition. A few copies among many rows escape this measure; the attacks and the count of copies do not miss them.',
  };
  if (privacy.status !== 'computed') return { ...common, ...missing(privacy) };
  const { median, fifth, realMedian, below } = privacy.distances;
  return {
    ...common,
    found: `median ${median.toFixed(2)} against ${fifth.toFixed(2)} (fresh real rows: median ${realMedian.toFixed(2)}); ${(100 * below.value).toFixed(1)} % of rows lie nearer than that, 5 % of fresh real rows do`,
    value: median,
    passed: median > fifth,
  };
}

function missing(privacy: PrivacyDetail): Pick<ArticleMeasure, 'found' | 'value' | 'passed'> {
  const reason = privacy.status === 'not-computable' ? privacy.reason : 'it was not measured';
  return { found: `could not be computed: ${reason}`, value: null, passed: null };
}
