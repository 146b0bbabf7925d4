import { z } from 'zod';
import { UserError } from '../core/index.js';
import { MAX_BINS } from './binning.js';

/** Options of gradient boosting. Names in brackets are XGBoost's. */
export interface BoostingOptions {
  /** Most rounds of boosting; a round grows one tree, or one for each class. Default 200. */
  readonly rounds?: number;
  /** Factor on every leaf's value (eta). Default 0.1. */
  readonly learningRate?: number;
  /** Most splits between root and leaf (max_depth). Default 6. */
  readonly maxDepth?: number;
  /** Most leaves of a tree: leaves with the largest gain are split first (max_leaves). Default: as many as the depth allows. */
  readonly maxLeaves?: number;
  /** Penalty λ on squared leaf values (lambda). Default 1. */
  readonly l2?: number;
  /** Gain γ that a split must exceed, in the units of Chen and Guestrin eq. 7 (gamma is twice that). Default 0. */
  readonly minGain?: number;
  /** Least sum of second derivatives in each child of a split (min_child_weight). Default 1. */
  readonly minChildWeight?: number;
  /** Share of the rows that each round sees, in (0, 1] (subsample). Default 1. */
  readonly rowSample?: number;
  /** Share of the columns that each tree sees, in (0, 1] (colsample_bytree). Default 1. */
  readonly columnSample?: number;
  /** Most bins of a column, 2 … 255 (max_bin). Default 255. */
  readonly maxBins?: number;
  /** Added to a category's sum of second derivatives where categories are ranked by G/H, so that rare ones rank in the middle. Default 10. */
  readonly categorySmoothing?: number;
  /**
   * How much a split of more than four categories must gain beyond any other, in multiples of what meaningless
   * categories of the same sizes would gain by chance. 0 trusts them as they are. Default 1.5.
   */
  readonly categoryPenalty?: number;
  /** Stop when the validation loss has not improved for so many rounds, and keep the best round. Needs a validation part. */
  readonly earlyStoppingRounds?: number;
}

const share = z.number().gt(0).max(1);
const penalty = z.number().min(0);

const schema = z.strictObject({
  rounds: z.int().min(1).max(100_000).default(200),
  learningRate: z.number().gt(0).max(1).default(0.1),
  maxDepth: z.int().min(1).max(30).default(6),
  maxLeaves: z.int().min(2).max(65_536).optional(),
  l2: penalty.default(1),
  minGain: penalty.default(0),
  minChildWeight: penalty.default(1),
  rowSample: share.default(1),
  columnSample: share.default(1),
  maxBins: z.int().min(2).max(MAX_BINS).default(MAX_BINS),
  categorySmoothing: penalty.default(10),
  categoryPenalty: penalty.default(1.5),
  earlyStoppingRounds: z.int().min(1).optional(),
});

/** Checked options with every default filled in. */
export type CompiledBoosting = Readonly<z.infer<typeof schema>>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileBoosting(options: BoostingOptions = {}): CompiledBoosting {
  const result = schema.safeParse(options);
  if (result.success) return Object.freeze(result.data);
  const problems = result.error.issues.map(
    (issue) => `${issue.path.map(String).join('.') || '(options)'}: ${issue.message}`,
  );
  throw new UserError('BAD_OPTIONS', 'These boosting options cannot be used.', {
    got: problems.join('; '),
    fix: 'correct the options named; leave one out to take its default',
  });
}
