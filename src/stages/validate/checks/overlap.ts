import type { Table } from '../../../table/index.js';
import type { Finding } from '../../document.js';
import { sharedSubjects } from '../subjects.js';

/** A patient on both sides of the split lets a model remember instead of learn, and an attack mistake train for test. */
export function checkOverlap(train: Table, test: Table, key: string): Finding[] {
  if (!train.has(key) || !test.has(key)) {
    return [
      {
        code: 'CHECK_SKIPPED',
        kind: 'privacy',
        severity: 'note',
        message: `Whether a patient is on both sides of the split cannot be checked: there is no column '${key}'.`,
      },
    ];
  }
  const count = sharedSubjects(train, test, key);
  if (count === 0) return [];
  return [
    {
      code: 'SPLIT_OVERLAP',
      kind: 'privacy',
      severity: 'error',
      message: `${count} patients are in both the train and the test part: split by '${key}', not by row.`,
      column: key,
      count,
    },
  ];
}
