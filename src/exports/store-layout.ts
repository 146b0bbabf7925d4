import { codeColumns, encounterColumns, eventColumns, noteColumns, subjectColumns } from '../cohort/index.js';

/** Columns of the staged files, as {@link finishStore} reads them: those of the store, and what SQL works out. */
export const stagedTables = {
  subjects: subjectColumns,
  encounters: encounterColumns,
  events: eventColumns,
  notes: noteColumns,
  codes: { code: codeColumns.code, display: codeColumns.display },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;
export type StagedTable = keyof typeof stagedTables;

export const stagedNames = Object.keys(stagedTables) as StagedTable[];

/** Where a staged file lies until the store is built. */
export function stagedFile(table: StagedTable): string {
  return `.staged/${table}.csv`;
}
