import { pldAccountant } from './pld.js';
import { rdpAccountant } from './rdp.js';
import type { Accountant, AccountantId } from './types.js';
import { zcdpAccountant } from './zcdp.js';

export { accountantIds } from './types.js';
export type { TrainingRun } from '../analysis/subsampled-gaussian.js';
export type { Accountant, AccountantId, Composition } from './types.js';

/** A fresh accountant. */
export function accountantOf(id: AccountantId): Accountant {
  switch (id) {
    case 'pld':
      return pldAccountant();
    case 'zcdp':
      return zcdpAccountant;
    case 'rdp':
      return rdpAccountant;
  }
}
