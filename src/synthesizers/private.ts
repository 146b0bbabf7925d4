import { PrivacyError } from '../core/index.js';
import type { Curator } from '../privacy/index.js';
import type { Table } from '../table/index.js';
import type { FitContext } from './types.js';

/** For models without noise. @throws PrivacyError `NOT_PRIVATE` when a budget was given. */
export function refuseCurator(context: FitContext, id: string): void {
  if (context.curator === undefined) return;
  throw new PrivacyError('NOT_PRIVATE', `'${id}' learns without noise and cannot keep a promise of ε.`, {
    expected: 'a synthesizer that learns under differential privacy, such as aim',
    fix: 'choose that one, or leave out the budget: the model then claims no ε',
  });
}

/**
 * For models with noise: the curator, after making sure that no column's domain comes from the data.
 * @throws PrivacyError `NO_BUDGET`, `DOMAIN_FROM_DATA`.
 */
export function requireCurator(table: Table, context: FitContext, id: string): Curator {
  if (context.curator === undefined) {
    throw new PrivacyError(
      'NO_BUDGET',
      `'${id}' learns under differential privacy and was given no budget.`,
      {
        expected: 'ε and δ',
        fix: 'give a budget (--epsilon 5 --delta 1e-5), or choose cart, which needs none and claims none',
      },
    );
  }
  const open = table.schema.filter((s) => s.domain === undefined).map((s) => s.name);
  if (open.length > 0) {
    throw new PrivacyError(
      'DOMAIN_FROM_DATA',
      `Kind and range of ${open.length} columns were read from the records without noise: ${open.slice(0, 20).join(', ')}.`,
      {
        expected: 'columns whose domain is declared in a schema, or released within the budget',
        fix: 'declare categories and bounds in a schema file, or fit through `anamnesis table fit --epsilon`, which releases them privately',
      },
    );
  }
  return context.curator;
}
