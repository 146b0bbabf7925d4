import type { Rng } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import type { Expected } from '../collapse.js';
import { expectedOf, expectedPrivately, PROBE_ROWS, refuseBadModel } from '../collapse.js';
import { packModel } from '../packed-model.js';
import type { NetworkBlock, NetworkModel } from './fitted.js';
import type { PrivatelyLearned } from './learn-privately.js';
import { encodeColumn } from './rows.js';

export interface Probe<M> {
  readonly model: M;
  readonly sampleBlock: (block: NetworkBlock<M>) => Promise<Column[]>;
}

/** Draws some rows of a model and holds them against those learned from. @throws as `refuseBadModel`. */
export function refuseCollapse<M extends NetworkModel>(
  real: readonly Column[],
  { rng }: { readonly rng: Rng },
  probe: Probe<M>,
): Promise<void> {
  return probeModel(expectedOf(real), rng, probe);
}

/** The same with a budget: against the noisy counts that were released, code by code; a number inside a mode is not looked at. */
export function refuseCollapsePrivately<M extends NetworkModel>(
  { counts, coders, rng }: Pick<PrivatelyLearned, 'counts' | 'coders' | 'rng'>,
  probe: Probe<M>,
): Promise<void> {
  const encode = (column: Column, c: number): Uint32Array =>
    encodeColumn(coders[c]!, column, undefined).codes;
  return probeModel(expectedPrivately(counts, encode), rng, probe);
}

function probeModel<M extends NetworkModel>(
  expected: Expected,
  rng: Rng,
  { model, sampleBlock }: Probe<M>,
): Promise<void> {
  const { key } = rng.split('probe');
  return refuseBadModel(model, expected, () =>
    sampleBlock({ model: packModel(model), key, rows: PROBE_ROWS, given: new Map() }),
  );
}
