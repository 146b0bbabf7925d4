import type { z } from 'zod';
import { UserError } from '../core/index.js';

/**
 * Checks a synthesizer's options against its strict schema and fills the defaults.
 * @throws UserError `BAD_OPTIONS` listing every problem with its key.
 */
export function compileOptions<S extends z.ZodType>(id: string, schema: S, options: unknown): z.output<S> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.map(String).join('.') || '(options)'}: ${issue.message}`,
  );
  throw new UserError('BAD_OPTIONS', `These options of the synthesizer '${id}' cannot be used.`, {
    got: problems.join('; '),
    fix: 'correct the options named; leave one out to take its default',
  });
}
