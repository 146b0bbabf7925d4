import { UserError } from '../../core/index.js';
import type { ColumnRole, ColumnSchema } from '../../table/index.js';
import type { Curator } from '../types.js';
import { profileNorm2, profileOf, profileSize } from './cells.js';
import type { ReleasedColumn } from './column.js';
import { judgeColumn } from './column.js';

/** A column of texts whose kind and domain are to be released. Null: missing. */
export interface TextColumn {
  readonly name: string;
  readonly role: ColumnRole;
  /** The cells of the rows that are learned from; called twice. */
  cells(): Promise<readonly (string | null)[]>;
}

/** What is to be released and what it may cost. */
export interface ReleaseRequest {
  /** Columns known beforehand: entered as declared, at no cost. */
  readonly declared: readonly ColumnSchema[];
  readonly open: readonly TextColumn[];
  readonly curator: Curator;
  /** Share of the whole ρ that the release costs, and of δ kept for keys that it may use. Default 0.1. */
  readonly share?: number | undefined;
  /** Share of δ (not of the release's) that keys may cost; at most what the curator keeps. Default 0.1. */
  readonly deltaShare?: number | undefined;
}

/** Of the release's ρ, the part for patterns and ranges; the rest finds categories. */
const PROFILE_PART = 0.5;

/**
 * Releases what a model has to know of columns that nobody declared: kind, decimals, bounds, categories, whether values may be missing. Two
 * questions: noisy counts of cell patterns and of magnitudes of all columns in one vector (a row adds 1 to one pattern and to at most
 * one power of two and one quarter of it of each of d columns: norm √(3d)), and, per column, the keys that occur often (`curator.keys`). All columns are asked alike, so that
 * costs depend on the number of columns alone; the rest is post-processing. Names and number of columns are taken as public.
 * @throws PrivacyError `BUDGET_SPENT`.
 */
export async function releaseSchema(request: ReleaseRequest): Promise<Map<string, ReleasedColumn>> {
  const { declared, open, curator, share = 0.1, deltaShare = 0.1 } = request;
  const names = declared.length + open.length;
  curator.declare({ purpose: 'columns', about: `names and order of ${names} columns are taken as public` });
  for (const schema of declared)
    curator.declare({ purpose: 'domain', about: `kind and domain of ${schema.name}, declared` });
  if (open.length === 0) return new Map();
  const rho = share * curator.rho;
  const { profiles, sigma } = await noisyProfiles(open, curator, rho * PROFILE_PART);
  const released = new Map<string, ReleasedColumn>();
  for (const [c, column] of open.entries()) {
    const counts = countTexts(await column.cells());
    const keys = curator.keys({
      purpose: 'domain',
      about: `frequent values of ${column.name}`,
      rho: (rho * (1 - PROFILE_PART)) / open.length,
      deltaShare: deltaShare / open.length,
      counts: () => counts,
    });
    released.set(
      column.name,
      judgeColumn({ name: column.name, role: column.role, profile: profiles[c]!, sigma, keys }),
    );
  }
  return released;
}

async function noisyProfiles(
  columns: readonly TextColumn[],
  curator: Curator,
  rho: number,
): Promise<{ readonly profiles: readonly Float64Array[]; readonly sigma: number }> {
  const size = profileSize;
  const all = new Float64Array(columns.length * size);
  for (const [c, column] of columns.entries()) all.set(profileOf(await column.cells()), c * size);
  const { values, sigma } = curator.sums({
    purpose: 'domain',
    about: `patterns and magnitudes of the cells of ${columns.length} columns`,
    rowNorm: Math.sqrt(profileNorm2 * columns.length),
    rho,
    sums: () => all,
  });
  return { profiles: columns.map((_, c) => values.slice(c * size, (c + 1) * size)), sigma };
}

function countTexts(cells: readonly (string | null)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const cell of cells) if (cell !== null) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return counts;
}

/** @throws UserError `BAD_SHARE`. */
export function checkShare(share: number): number {
  if (share > 0 && share < 1) return share;
  throw new UserError('BAD_SHARE', 'The share of the budget for the release of the schema does not fit.', {
    expected: 'a number above 0 and below 1, such as 0.1',
    got: String(share),
  });
}
