import { z } from 'zod';
import { UserError } from '../../core/index.js';

/** What counts as good enough. Defaults: the paper's bars where it sets one (§3.4), else as said. */
export interface ValidationThresholds {
  /** Least aggregate fidelity (layer 1). Default 0.90. */
  readonly fidelity?: number;
  /** Least mean TSTR / TRTR (layer 4), and least ratio of a task that is `usable`. Default 0.94. */
  readonly utility?: number;
  /** Least ratio of a task that is usable `with-care`, and least lower bound of a `usable` one. Default 0.90, the utility ratio of the companion article. */
  readonly care?: number;
  /**
   * Least share of the skill above a coin that a `usable` task keeps. Default 0.80 (expert assumption: a ratio of areas is blind
   * where the real model is weak, for a coin scores 0.5 / 0.65 = 0.77; 0.80 is about what 0.94 means for a strong model).
   */
  readonly skill?: number;
  /** Most by which the share of copied rows may exceed that of fresh real rows. Default 0.01 (expert assumption; the attacks of layer 6 judge privacy). */
  readonly copies?: number;
  /** Most area under the ROC curve of the strongest membership attack. Default 0.55, the paper's bar. */
  readonly membership?: number;
  /** Most share of members found at 1 % false alarms, by the lower bound of the strongest attack. Default 0.015 (our mark; chance finds 0.01). */
  readonly found?: number;
  /** Most advantage of guesses about members over guesses about others, by its lower bound. Default 0.02 (expert assumption). */
  readonly advantage?: number;
  /** Largest ε that a claim of differential privacy may have. Default 10, the paper's bar. */
  readonly epsilon?: number;
}

/** What the attacks of the privacy layer cost. */
export interface PrivacyOptions {
  /** Most targets a side: training rows, and rows that nobody learned from. 0 leaves the layer out. Default 4000. */
  readonly targets?: number;
  /** Most synthetic rows searched; fewer than there are weakens the attacks. Default 50 000. */
  readonly rows?: number;
  /** Most rows of the population that attackers know. Default 20 000. */
  readonly reference?: number;
  /** Most rows a side of fitted densities and of the classifier. Default 5000. */
  readonly densityRows?: number;
  /** Bootstrap resamples, and permutations. Default 300. */
  readonly resamples?: number;
  /** Columns that attackers try to infer, at most 6. Default: the labels of the tasks. */
  readonly sensitive?: readonly string[];
}

/** Options of the validation. */
export interface ValidationOptions {
  readonly thresholds?: ValidationThresholds;
  /** Bootstrap resamples, at least 100. Default 1000. */
  readonly resamples?: number;
  /** Coverage of intervals. Default 0.95. */
  readonly level?: number;
  /** Times that boosted trees are trained with other seeds; their areas are averaged. Default 1. */
  readonly repeats?: number;
  /** The key column that names the patient; where the table lacks it each row is a patient. Default `subject_id`. */
  readonly subjectKey?: string;
  /** Bins of a numeric column, and categories kept of another, in the tables of fidelity. Default 10. */
  readonly bins?: number;
  /** Most 2-way and most 3-way tables; above, a seeded sample of them. Default 1000. */
  readonly tables?: number;
  /** Most rows a side for the maximum mean discrepancy. Default 1000. */
  readonly mmdRows?: number;
  /** Most rows a side for the classifier two-sample test. Default 10 000; 0 leaves the test out. */
  readonly discriminatorRows?: number;
  readonly privacy?: PrivacyOptions;
}

const share = z.number().min(0).max(1);

const schema = z.strictObject({
  thresholds: z
    .strictObject({
      fidelity: share.default(0.9),
      utility: z.number().min(0).default(0.94),
      care: z.number().min(0).default(0.9),
      skill: z.number().default(0.8),
      copies: share.default(0.01),
      membership: share.default(0.55),
      found: share.default(0.015),
      advantage: share.default(0.02),
      epsilon: z.number().min(0).default(10),
    })
    .prefault({}),
  resamples: z.int().min(100).max(100_000).default(1000),
  level: z.number().gt(0.5).lt(1).default(0.95),
  repeats: z.int().min(1).max(100).default(1),
  subjectKey: z.string().min(1).default('subject_id'),
  bins: z.int().min(2).max(50).default(10),
  tables: z.int().min(1).max(100_000).default(1000),
  mmdRows: z.int().min(10).max(10_000).default(1000),
  discriminatorRows: z.int().min(0).max(1_000_000).default(10_000),
  privacy: z
    .strictObject({
      targets: z.int().min(0).max(1_000_000).default(4000),
      rows: z.int().min(100).max(10_000_000).default(50_000),
      reference: z.int().min(100).max(10_000_000).default(20_000),
      densityRows: z.int().min(100).max(1_000_000).default(5000),
      resamples: z.int().min(50).max(100_000).default(300),
      sensitive: z.array(z.string()).max(6).readonly().optional(),
    })
    .prefault({}),
});

/** Checked options with every default filled in. */
export type CompiledValidation = Readonly<z.infer<typeof schema>>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileValidation(options: ValidationOptions = {}): CompiledValidation {
  const result = schema.safeParse(options);
  if (result.success) return Object.freeze(result.data);
  const problems = result.error.issues.map(
    (issue) => `${issue.path.map(String).join('.') || '(options)'}: ${issue.message}`,
  );
  throw new UserError('BAD_OPTIONS', 'These validation options cannot be used.', {
    got: problems.join('; '),
    fix: 'correct the options named; leave one out to take its default',
  });
}
