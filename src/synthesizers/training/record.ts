import type { PrivacyReceipt } from '../../privacy/index.js';
import type { PlateauOptions } from '../../tensor/index.js';
import { lookAtPlateau, startPlateau } from '../../tensor/index.js';
import type { TrainingRecord } from '../types.js';
import type { EpochRecord } from './curve.js';

export interface RecordRequest {
  /** What the losses of the curve are. */
  readonly loss: string;
  /** As `trainInPasses` had it. */
  readonly plateau?: PlateauOptions | 'none' | undefined;
}

/** How a network was trained; undefined for a table that needed no network. */
export function trainingRecord(
  {
    curve,
    receipt,
  }: { readonly curve: readonly EpochRecord[]; readonly receipt?: PrivacyReceipt | undefined },
  { loss, plateau = {} }: RecordRequest,
): TrainingRecord | undefined {
  const noisy = receipt?.entries.find(({ mechanism }) => mechanism === 'subsampled-gaussian');
  if (noisy !== undefined) {
    const { steps, rate, noise, size } = noisy.parameters;
    return { kind: 'noise', steps: steps!, rate: rate!, noise: noise!, size: size! };
  }
  if (curve.length === 0) return undefined;
  const passes = curve.map(({ training, validation }) => ({ training, validation }));
  return { kind: 'passes', loss, passes, ...keptPass(curve, plateau) };
}

/** The pass whose parameters were kept, counted from 1, and whether training ended because the loss fell no more. */
function keptPass(
  curve: readonly EpochRecord[],
  plateau: PlateauOptions | 'none',
): { kept: number; stopped: 'no-gain' | 'all-passes' } {
  if (plateau === 'none') return { kept: curve.length, stopped: 'all-passes' };
  let state = startPlateau(curve[0]!.learningRate);
  let kept = 1;
  let stop = false;
  for (const [i, { validation }] of curve.entries()) {
    const look = lookAtPlateau(state, validation, plateau);
    if (look.improved) kept = i + 1;
    ({ state, stop } = look);
  }
  return { kept, stopped: stop ? 'no-gain' : 'all-passes' };
}
