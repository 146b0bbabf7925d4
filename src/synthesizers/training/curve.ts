import { z } from 'zod';
import { DataError } from '../../core/index.js';

/** What is kept of every pass of a training; the model says what its two scores are. */
export const curveSchema = z.array(
  z.strictObject({ training: z.number(), validation: z.number(), learningRate: z.number() }),
);

/** Losses after a pass: of the rows that were learned from, and of those that were set aside to see when to stop. */
export type EpochRecord = z.infer<typeof curveSchema>[number];

/** @throws DataError `DIVERGED`. */
export function checkLoss(training: number, validation: number, epoch: number): void {
  if (Number.isFinite(training) && Number.isFinite(validation)) return;
  throw new DataError(
    'DIVERGED',
    `The network diverged in pass ${epoch + 1}: its loss is no longer a number.`,
    {
      expected: 'a loss that falls',
      fix: 'lower the learning rate, e.g. --set learningRate=0.0005',
    },
  );
}
