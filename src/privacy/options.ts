import { z } from 'zod';
import { checkShape, section, pathText, UserError } from '../core/index.js';
import { accountantIds } from './accountants/index.js';
import type { AccountantId } from './accountants/index.js';

/** A promise of differential privacy and how it is to be kept. */
export interface CuratorOptions {
  /** ε, in (0, 100]. Above 10 it promises little. */
  readonly epsilon: number;
  /** δ, in (0, 0.1]: chance that ε does not hold. Keep it well below one over the number of patients. */
  readonly delta: number;
  /** What is protected: the column that identifies a patient, or `row` (default) where each row is somebody else. */
  readonly unit?: string;
  /** Most rows that one unit has in the table (see `capRows`). Default 1. */
  readonly rowsPerUnit?: number;
  /** How costs are added up: `pld` (default) allows most, `zcdp` and `rdp` are for comparison. */
  readonly accountant?: AccountantId;
  /** Share of δ kept for thresholds of private keys, 0 … 0.9. Default 0.1. */
  readonly keysShare?: number;
}

const schema = section({
  epsilon: z.number().gt(0).max(100),
  delta: z.number().gt(0).max(0.1),
  unit: z.string().min(1).default('row'),
  rowsPerUnit: z.int().min(1).max(1_000_000).default(1),
  accountant: z.enum(accountantIds).default('pld'),
  keysShare: z.number().min(0).max(0.9).default(0.1),
});

/** Checked options with every default filled in. */
export type CompiledCurator = Readonly<z.output<typeof schema>>;

/** @throws UserError `BAD_BUDGET` listing every problem with its key. */
export function compileCurator(options: CuratorOptions): CompiledCurator {
  const checked = checkShape<CompiledCurator>(schema, options);
  if (checked.ok) return Object.freeze(checked.data);
  const problems = checked.problems.map((p) => `${pathText(p.path)}: expected ${p.expected}, got ${p.got}`);
  throw new UserError('BAD_BUDGET', 'This privacy budget cannot be used.', {
    got: problems.join('; '),
    fix: 'correct the keys named; a usual budget is ε = 5 and δ = 1e-5',
  });
}
