import { DataError } from '../../core/index.js';
import type { SubjectKey } from './split.js';

/**
 * Checks that no patient is on both sides of a split; called before anything is fitted or scored.
 * @throws DataError `SPLIT_LEAK` with the number of patients (never who they are).
 */
export function assertDisjoint(train: Iterable<SubjectKey>, test: Iterable<SubjectKey>): void {
  const held = new Set<string>();
  for (const subject of test) held.add(String(subject));
  const shared = new Set<string>();
  for (const subject of train) if (held.has(String(subject))) shared.add(String(subject));
  if (shared.size === 0) return;
  throw new DataError(
    'SPLIT_LEAK',
    'The train and test parts share patients, so every score would flatter.',
    {
      expected: 'each patient on one side only',
      got: `${shared.size} patients on both sides`,
      fix: 'split by patient (subject_id), not by row or encounter',
    },
  );
}
