import { UserError } from '../core/index.js';
import { aim } from './aim/index.js';
import { argn } from './argn/index.js';
import { cart } from './cart/index.js';
import { copula } from './copula/index.js';
import { ctgan } from './ctgan/index.js';
import { tabddpm } from './tabddpm/index.js';
import { tvae } from './tvae/index.js';
import type { Synthesizer } from './types.js';

export type {
  FitContext,
  FittedSynthesizer,
  PrivacySpend,
  SampleRequest,
  Synthesizer,
  TrainingRecord,
} from './types.js';

/** Needs public records, so it is made with them and stands outside the registry. */
export { createReweight } from './reweight/index.js';
export type {
  FittedReweight,
  ReweightOptions,
  ReweightSynthesizer,
  UnmatchedTable,
} from './reweight/index.js';

/** Histories are no single table, so the sequential form of `argn` has an interface of its own. */
export { argnSequences, joinSequences, splitSequences } from './argn/index.js';
export type { SequenceColumns, Sequences } from './argn/index.js';

/** Every synthesizer by its id. */
export const synthesizers: ReadonlyMap<string, Synthesizer<unknown, unknown>> = new Map(
  [cart, copula, aim, argn, tabddpm, tvae, ctgan].map((s): [string, Synthesizer<unknown, unknown>] => [
    s.id,
    s,
  ]),
);

/** @throws UserError `NO_SYNTHESIZER`, naming those that there are. */
export function synthesizerById(id: string): Synthesizer<unknown, unknown> {
  const found = synthesizers.get(id);
  if (found === undefined) {
    throw new UserError('NO_SYNTHESIZER', `There is no synthesizer '${id}'.`, {
      expected: `one of ${[...synthesizers.keys()].join(', ')}`,
    });
  }
  return found;
}
