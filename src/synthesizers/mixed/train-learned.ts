import type { AdamOptions } from '../../tensor/index.js';
import type { PrivateNetwork } from '../training/index.js';
import { trainPrivately } from '../training/index.js';
import type { FitContext } from '../types.js';
import type { PrivatelyLearned } from './learn-privately.js';
import type { NetworkOptions, PrivateFields } from './options.js';

export interface LearnedTraining {
  readonly learned: PrivatelyLearned;
  readonly options: PrivateFields &
    Required<Pick<NetworkOptions, 'provider' | 'threads'>> & { readonly learningRate: number };
  readonly adam?: AdamOptions;
}

/** Spends what {@link PrivatelyLearned} has left on training a network. @throws as `trainPrivately`. */
export function trainLearned(
  network: PrivateNetwork,
  { learned, options, adam }: LearnedTraining,
  context: FitContext,
): Promise<Float32Array> {
  const { id, curator, rho, rows, total, rng } = learned;
  const { privateSteps, rate, clip, learningRate, provider, threads } = options;
  return trainPrivately(
    network,
    {
      ...{ id, curator, rho, rng, rate, clip, learningRate, provider, threads },
      ...(adam === undefined ? {} : { adam }),
      steps: privateSteps,
      rows: rows.rows,
      noisyRows: total,
    },
    context,
  );
}
