import { z } from 'zod';

/** Version of the store's layout; a store of another version is refused. */
export const schemaVersion = 1;
/** The file that makes a folder a cohort store; written last. */
export const manifestName = 'cohort.json';

const count = z.int().min(0);

const tableReportSchema = z.strictObject({
  /** Table of the source, e.g. `hosp/labevents`. */
  table: z.string(),
  target: z.enum(['subjects', 'encounters', 'events', 'notes']),
  /** Rows that the source's table yielded: mapped + unmapped + rejected. */
  read: count,
  /** Kept, with a code of a standard vocabulary (or without any code, for subjects, encounters and notes). */
  mapped: count,
  /** Kept under the source's own code. */
  unmapped: count,
  /** Left out, by reason, most frequent first. */
  rejected: z.array(z.strictObject({ reason: z.string(), rows: count })),
  /** The most frequent source codes among the unmapped rows (codes only, never values). */
  topUnmapped: z.array(z.strictObject({ code: z.string(), rows: count })),
});

/** What an import did, per source table (`cohort.json` › `report`). */
const importReportSchema = z.strictObject({
  tables: z.array(tableReportSchema),
  /** Checks over the finished store, e.g. references that lead nowhere; `rows` were changed as the check says. */
  findings: z.array(z.strictObject({ check: z.string(), rows: count })),
  /** What a reader should know: absent optional tables, stand-ins, conventions of the source. */
  remarks: z.array(z.string()),
});

const fileSchema = z.strictObject({
  path: z.string(),
  rows: count,
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** `cohort.json`. */
export const manifestSchema = z.strictObject({
  schemaVersion: z.literal(schemaVersion),
  source: z.strictObject({ id: z.string(), title: z.string() }),
  /** The import's settings (no paths). */
  options: z.record(z.string(), z.json()),
  counts: z.strictObject({
    subjects: count,
    encounters: count,
    events: count,
    notes: count,
    codes: count,
  }),
  /** Number of event shards. */
  shards: z.int().min(1),
  /** Every data file of the store, sorted by path. */
  files: z.array(fileSchema),
  /** SHA-256 over schema version, source, options and the files' hashes. */
  fingerprint: z.string(),
  report: importReportSchema,
});

export type TableReport = z.infer<typeof tableReportSchema>;
export type ImportReport = z.infer<typeof importReportSchema>;
export type CohortFile = z.infer<typeof fileSchema>;
export type CohortManifest = z.infer<typeof manifestSchema>;
