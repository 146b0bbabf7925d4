export { NO_CODE } from './append.js';
export type { AppendColumn } from './append.js';
export { Database, sqlName, sqlString } from './database.js';
export type { DatabaseOptions, SqlRow, SqlValue } from './database.js';
export type { ColumnArrays, ResultColumn } from './columns.js';
