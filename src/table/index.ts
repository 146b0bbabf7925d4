export { columnFromCells, tableFromRows } from './build.js';
export { columnKinds, columnRoles, columnSchema, isNumericKind } from './schema.js';
export type { ColumnKind, ColumnRole, ColumnSchema } from './schema.js';
export { cellOf, sharedFloat64, sharedUint32, sharedUint8, Table } from './table.js';
export type { CategoricalColumn, Cell, Column, NumericColumn, Row } from './table.js';
