import type { CodedColumn } from '../../../numerics/index.js';
import type { Column, Table } from '../../../table/index.js';
import type { Binning } from '../../../trees/index.js';
import { applyBinning, learnBinning } from '../../../trees/index.js';

/** Bins for every modelled column, learned from the real train rows. */
export function learnBins(columns: readonly Column[], maxBins: number): Binning[] {
  return columns.map((column) => learnBinning(column, { maxBins }));
}

/** A table's columns as cells: the bins, the tail of rare categories, and missing as the last cell. */
export function codeTable(table: Table, bins: readonly Binning[]): CodedColumn[] {
  return bins.map((binning) => {
    const { codes, bins: size } = applyBinning(binning, table.column(binning.name));
    return { codes, size: size + 1 };
  });
}
