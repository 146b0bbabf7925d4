import { z } from 'zod';
import type { Rng } from '../core/index.js';
import type { Column, ColumnSchema } from '../table/index.js';
import type { ColumnCoder } from './coding.js';
import { decodeColumn, encodeColumn } from './coding.js';
import { gridOf } from './grid.js';

/** A {@link ColumnCoder} as a saved network has it: what noisy counts of fine cells made of a column. Plain data. */
export const cellCoderSchema = z.strictObject({
  kind: z.literal('cells'),
  cuts: z.array(z.number()).nullable(),
  codeOf: z.array(z.int().min(0)),
  start: z.array(z.int().min(0)),
  cells: z.array(z.int().min(0)),
  cumulative: z.array(z.number()),
  missing: z.int().min(0).nullable(),
  size: z.int().min(1),
});
export type CellCoder = z.infer<typeof cellCoderSchema>;

/** The same codes as plain data. */
export function cellCoder({ grid, codeOf, start, cells, cumulative, missing, size }: ColumnCoder): CellCoder {
  return {
    kind: 'cells',
    cuts: grid.cuts === undefined ? null : [...grid.cuts],
    codeOf: [...codeOf],
    start: [...start],
    cells: [...cells],
    cumulative: [...cumulative],
    missing: missing ?? null,
    size,
  };
}

function columnCoder(coder: CellCoder, schema: ColumnSchema): ColumnCoder {
  const { cuts, codeOf, start, cells, cumulative, missing, size } = coder;
  const made = gridOf(schema);
  return {
    schema,
    // the cut points are those of the fit, whatever this machine would make of the schema
    grid: cuts === null ? made : { ...made, cuts: Float64Array.from(cuts) },
    codeOf: Uint32Array.from(codeOf),
    start: Uint32Array.from(start),
    cells: Uint32Array.from(cells),
    cumulative: Float64Array.from(cumulative),
    missing: missing ?? undefined,
    size,
  };
}

/** The code of each row. */
export function encodeCells(coder: CellCoder, column: Column): Uint32Array {
  return Uint32Array.from(encodeColumn(columnCoder(coder, column.schema), column));
}

/** A column from its codes. */
export function decodeCells(
  coder: CellCoder,
  schema: ColumnSchema,
  codes: ArrayLike<number>,
  rng: Rng,
): Column {
  return decodeColumn(columnCoder(coder, schema), codes, rng);
}

/** Whether a coder read from a file can be used. */
export function areSoundCells({ size, missing, codeOf, start, cells, cumulative, cuts }: CellCoder): boolean {
  if (missing !== null && missing !== size - 1) return false;
  if (start.length !== size + 1 || start[0] !== 0 || start[size] !== cells.length) return false;
  if (cuts !== null && (cuts.length < 2 || codeOf.length < cuts.length - 1)) return false;
  return (
    start.every((from, k) => k === 0 || from > start[k - 1]!) &&
    codeOf.every((code) => code < size) &&
    cells.every((cell) => cell < codeOf.length) &&
    cumulative.length === cells.length &&
    cumulative.every((p) => p >= 0 && p <= 1 + 1e-6)
  );
}

/** How another tool makes values of such codes. */
export const cellStep =
  'A coder of kind "cells": draw k from start[code] to start[code + 1] − 1 by `cumulative`; cells[k] is the category, or the number is drawn evenly between cuts[cells[k]] and cuts[cells[k] + 1] and rounded to the decimals of the schema.';
