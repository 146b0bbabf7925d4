import { DataError, UserError } from '../core/index.js';
import type { Rng } from '../core/index.js';

/** Which rows stay. */
export interface CappedRows {
  /** Ascending row numbers. */
  readonly rows: Uint32Array;
  /** Rows left out. Private: tell it to nobody but the ledger's owner. */
  readonly dropped: number;
}

/**
 * At most `maxRows` rows of each unit, chosen uniformly among its rows. Each unit has a stream of its own (its id is the label), so
 * that adding or removing a unit changes no other's choice; the choice needs no secrecy. Afterwards a unit's rows change a sum whose
 * rows have norm r by at most maxRows · r (triangle inequality; reached when they are alike).
 * @param units id of each row's unit; null where it is missing.
 * @throws UserError `BAD_CAP`, DataError `UNIT_MISSING` (nobody can be protected who cannot be told from others).
 */
export function capRows(
  units: ArrayLike<string | number | bigint | null>,
  maxRows: number,
  rng: Rng,
): CappedRows {
  if (!(Number.isInteger(maxRows) && maxRows >= 1)) {
    throw new UserError('BAD_CAP', 'Rows of a unit are capped at a whole number from 1 on.', {
      got: String(maxRows),
    });
  }
  const byUnit = new Map<string, number[]>();
  let missing = 0;
  for (let i = 0; i < units.length; i++) {
    const unit = units[i];
    if (unit === null || unit === undefined) {
      missing++;
      continue;
    }
    const key = String(unit);
    const rows = byUnit.get(key);
    if (rows === undefined) byUnit.set(key, [i]);
    else rows.push(i);
  }
  if (missing > 0) {
    throw new DataError('UNIT_MISSING', `${missing} rows do not say whom they belong to.`, {
      expected: 'an identifier in every row of the column that names the unit',
      fix: 'leave these rows out, or take another column as unit',
    });
  }
  const kept: number[] = [];
  for (const [unit, rows] of byUnit) {
    if (rows.length > maxRows) rng.split('cap-rows', unit).shuffle(rows);
    kept.push(...rows.slice(0, maxRows));
  }
  const rows = Uint32Array.from(kept).sort();
  return { rows, dropped: units.length - rows.length };
}
