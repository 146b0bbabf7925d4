import type { z } from 'zod';
import { checkShape, UserError } from '../core/index.js';

/**
 * Checks a source's own settings (blueprint › source › options) and fills in the defaults.
 * @throws UserError `BAD_OPTIONS` listing every problem with its key.
 */
export function compileSettings<T>(source: string, schema: z.ZodType<T>, settings: unknown): T {
  const checked = checkShape(schema, settings ?? {});
  if (checked.ok) return checked.data;
  const line = ({ path, expected, got, hint }: (typeof checked.problems)[number]): string =>
    `${path.join('.') || 'options'}: expected ${expected}, got ${got}${hint === undefined ? '' : ` (${hint})`}`;
  throw new UserError('BAD_OPTIONS', `The source '${source}' does not know these options.`, {
    got: checked.problems.map(line).join('; '),
    fix: 'correct them in the blueprint or on the command line',
  });
}
