import path from 'node:path';
import type { ColumnArrays, Database } from '../../duckdb/index.js';
import { sqlString } from '../../duckdb/index.js';
import { eventOrder } from './finish.js';
import type { CohortStore } from './open.js';

/** One event as a program sees it. Times are milliseconds since 1970-01-01T00:00:00Z. */
export interface CohortEvent {
  /** Null for a static fact. */
  readonly time: number | null;
  readonly endTime: number | null;
  readonly kind: string;
  readonly code: string;
  readonly numericValue: number | null;
  readonly textValue: string | null;
  readonly unit: string | null;
  readonly encounterId: string | null;
  readonly details: string | null;
}

/** One subject's events in time order, static facts first. */
export interface History {
  readonly subjectId: number;
  readonly events: readonly CohortEvent[];
}

/** About how many events are held at a time. */
const batchEvents = 100_000;

/**
 * The histories of all subjects that have events, one at a time, in the store's order (by shard, then subject). Holds about
 * 100,000 events in memory, or those of one subject.
 */
export async function* histories(store: CohortStore, db: Database): AsyncGenerator<History> {
  for (const file of store.manifest.files.filter((f) => f.path.startsWith('events/'))) {
    const shard = `read_parquet(${sqlString(path.join(store.dir, file.path))})`;
    const sizes = await db.columns(
      `SELECT subject_id, count(*) AS n FROM ${shard} GROUP BY ALL ORDER BY subject_id`,
    );
    for (const [first, last] of batches(sizes)) {
      yield* readBatch(db, `${shard} WHERE subject_id BETWEEN ${first} AND ${last}`);
    }
  }
}

/** Ranges of subject ids (inclusive) that hold about {@link batchEvents} events each. */
function* batches(sizes: ColumnArrays): Generator<[number, number]> {
  const ids = sizes[0]?.cells ?? [];
  const counts = sizes[1]?.cells ?? [];
  let start = 0;
  let held = 0;
  for (let i = 0; i < ids.length; i++) {
    held += Number(counts[i]);
    if (held < batchEvents && i < ids.length - 1) continue;
    yield [Number(ids[start]), Number(ids[i])];
    start = i + 1;
    held = 0;
  }
}

async function* readBatch(db: Database, relation: string): AsyncGenerator<History> {
  const columns = await db.columns(
    `SELECT subject_id, epoch_ms(time) AS time, epoch_ms(end_time) AS end_time, kind, code, numeric_value, text_value, unit,
       encounter_id, details
     FROM (SELECT * FROM ${relation} ORDER BY ${eventOrder})`,
  );
  const cells = columns.map((c) => c.cells);
  const ids = cells[0] ?? [];
  const text = (c: number, row: number): string | null => {
    const cell = cells[c]?.[row] ?? null;
    return cell === null ? null : String(cell);
  };
  const number = (c: number, row: number): number | null => {
    const cell = cells[c]?.[row] ?? null;
    return cell === null ? null : Number(cell);
  };
  let start = 0;
  for (let row = 1; row <= ids.length; row++) {
    if (row < ids.length && ids[row] === ids[start]) continue;
    const events: CohortEvent[] = [];
    for (let i = start; i < row; i++) {
      events.push({
        time: number(1, i),
        endTime: number(2, i),
        kind: text(3, i) ?? '',
        code: text(4, i) ?? '',
        numericValue: number(5, i),
        textValue: text(6, i),
        unit: text(7, i),
        encounterId: text(8, i),
        details: text(9, i),
      });
    }
    yield { subjectId: Number(ids[start]), events };
    start = row;
  }
}
