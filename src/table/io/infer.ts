import { DataError } from '../../core/index.js';
import type { ColumnKind, ColumnRole } from '../schema.js';
import type { ColumnOverride } from './options.js';
import type { Profile } from './profile.js';

/** What a column of a file is taken for. */
export interface Inferred {
  readonly kind: ColumnKind;
  readonly role: ColumnRole;
  readonly decimals?: number | undefined;
}

/** An ending that marks identifiers and code lists. */
const identifierName = /(^|[_\s])(id|nbr|key|uuid|mrn)$/i;
/** Above this number of different texts in a column with few repeats, it is free text, not a category. */
const freeTextAtLeast = 50;

/**
 * Kind and role of a column from its profile and, before that, from what the schema says.
 * @throws DataError `INFINITE_VALUES`, `DATE_COLUMN`, `FREE_TEXT`, `NOT_A_NUMBER`: each names the column, a count and what to write in the
 *   schema.
 */
export function inferColumn(name: string, profile: Profile, override: ColumnOverride | undefined): Inferred {
  const role = override?.role;
  if (override?.daysSince !== undefined)
    return { kind: 'continuous', role: role ?? 'feature', decimals: override.decimals };
  const kind = override?.kind ?? (override?.categories === undefined ? undefined : 'categorical');
  if (kind !== undefined) return declared(name, profile, { kind, role, decimals: override?.decimals });
  const guess = guessKind(name, profile, role);
  return { ...guess, decimals: override?.decimals ?? guess.decimals };
}

function declared(
  name: string,
  profile: Profile,
  wish: { kind: ColumnKind; role: ColumnRole | undefined; decimals: number | undefined },
): Inferred {
  const role = wish.role ?? 'feature';
  if (wish.kind !== 'continuous' && wish.kind !== 'count') return { kind: wish.kind, role };
  refuseInfinite(name, profile);
  if (profile.numbers < profile.present) {
    throw new DataError(
      'NOT_A_NUMBER',
      `Column '${name}' (${wish.kind}) has ${profile.present - profile.numbers} cells that are not numbers.`,
      { fix: `list the texts that mean "no value" under columns.${name}.missing, or give it another kind` },
    );
  }
  const whole = profile.integers === profile.present;
  return { kind: wish.kind, role, decimals: wish.decimals ?? (whole ? 0 : decimalsOf(profile)) };
}

function guessKind(name: string, profile: Profile, role: ColumnRole | undefined): Inferred {
  const { present, distinct } = profile;
  const unique = distinct === present && present >= 2;
  if (role === 'key' || (role === undefined && unique && identifierName.test(name)))
    return {
      kind: profile.integers === present && profile.huge === 0 ? 'count' : 'categorical',
      role: 'key',
    };
  const wanted = role ?? 'feature';
  if (distinct === 2) return { kind: 'binary', role: wanted };
  if (present > 0 && profile.numbers + profile.infinite === present) {
    refuseInfinite(name, profile);
    return guessNumeric(name, profile, wanted);
  }
  if (present > 0 && profile.dates === present) {
    throw new DataError('DATE_COLUMN', `Column '${name}' holds dates, which are not modelled as they are.`, {
      fix: `set columns.${name}.daysSince to a date (it becomes a number of days), or drop the column`,
    });
  }
  if (distinct >= freeTextAtLeast && distinct * 2 > present) {
    throw new DataError(
      'FREE_TEXT',
      `Column '${name}' has ${distinct} different texts in ${present} cells: an identifier or free text.`,
      { fix: `drop the column, or set columns.${name}.role to key, or its kind to categorical` },
    );
  }
  return { kind: 'categorical', role: wanted };
}

function guessNumeric(name: string, profile: Profile, role: ColumnRole): Inferred {
  const whole = profile.integers === profile.present;
  if (whole && identifierName.test(name)) return { kind: 'categorical', role };
  if (whole && profile.negative === 0) return { kind: 'count', role, decimals: 0 };
  return { kind: 'continuous', role, decimals: whole ? 0 : decimalsOf(profile) };
}

/** More than six decimals are a computer's, not an instrument's. */
function decimalsOf(profile: Profile): number | undefined {
  return profile.decimals > 0 && profile.decimals <= 6 ? profile.decimals : undefined;
}

function refuseInfinite(name: string, profile: Profile): void {
  if (profile.infinite === 0) return;
  throw new DataError('INFINITE_VALUES', `Column '${name}' has ${profile.infinite} infinite cells.`, {
    expected: 'finite numbers, or missing',
    fix: `correct the file, or list their text under columns.${name}.missing`,
  });
}
