import type { z } from 'zod';
import { checkShape, UserError } from '../core/index.js';

/**
 * Checks an export's options and fills in the defaults.
 * @throws UserError `BAD_OPTIONS` listing every problem with its key.
 */
export function compileOptions<T>(id: string, schema: z.ZodType<T>, options: unknown): T {
  const checked = checkShape(schema, options ?? {});
  if (checked.ok) return checked.data;
  const line = ({ path, expected, got, hint }: (typeof checked.problems)[number]): string =>
    `${path.join('.') || 'options'}: expected ${expected}, got ${got}${hint === undefined ? '' : ` (${hint})`}`;
  throw new UserError('BAD_OPTIONS', `The format '${id}' does not know these options.`, {
    got: checked.problems.map(line).join('; '),
    fix: `correct them; the README of the format says which there are`,
  });
}
