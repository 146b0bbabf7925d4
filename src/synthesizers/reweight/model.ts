import type { PrivacyReceipt } from '../../privacy/index.js';
import type { Column, ColumnSchema } from '../../table/index.js';
import type { CompiledReweight } from './options.js';

/** Weighted public records. Plain data; of the real records it holds nothing but what noisy tables say. */
export interface ReweightModel {
  readonly schema: readonly ColumnSchema[];
  readonly options: CompiledReweight;
  /** The public records. */
  readonly columns: readonly Column[];
  /** Sum to 1. */
  readonly weights: Float64Array;
  /** For every measured table: noisy share of real rows in cells that no public record has. */
  readonly unmatched: readonly UnmatchedTable[];
  /** Noisy number of real rows. */
  readonly total: number;
  readonly receipt: PrivacyReceipt;
}

export interface UnmatchedTable {
  /** Names of the table's columns. */
  readonly columns: readonly string[];
  readonly share: number;
  /** Standard deviation of `share`. */
  readonly error: number;
}
