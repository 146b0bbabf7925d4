import { z } from 'zod';
import { UserError } from '../../core/index.js';

/** How large a reference hospital to make. */
export interface ReferenceHospitalOptions {
  /** Number of patients, 1 … 1,000,000. Default 4000. */
  readonly patients?: number;
  /** Seed of the process; the same seed and size give the same patients. Default 1. */
  readonly seed?: number;
  /** Number of hospitals, 1 … 20. Default 4. */
  readonly hospitals?: number;
}

export interface CompiledReferenceHospital {
  readonly patients: number;
  readonly seed: number;
  readonly hospitals: number;
}

const schema = z.strictObject({
  patients: z.int().min(1).max(1_000_000).default(4000),
  seed: z.int().min(0).default(1),
  hospitals: z.int().min(1).max(20).default(4),
});

/** Checks the options and fills in the defaults. @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileReferenceHospital(options: unknown = {}): CompiledReferenceHospital {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'options'}: ${issue.message}`,
  );
  throw new UserError('BAD_OPTIONS', 'The reference hospital cannot be made with these options.', {
    expected: 'patients (1 … 1,000,000), seed (0 or more), hospitals (1 … 20)',
    got: problems.join('; '),
    fix: 'correct them in the blueprint or on the command line',
  });
}
