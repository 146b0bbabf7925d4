import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Rng } from '../../../src/core/index.js';

/** A folder for one test file's tables and models. */
export function scratchFolder(): {
  at: (name: string) => string;
  write: (name: string, data: string | Uint8Array) => string;
  remove: () => void;
} {
  const root = mkdtempSync(path.join(os.tmpdir(), 'anamnesis-table-'));
  const at = (name: string): string => path.join(root, name);
  return {
    at,
    write: (name, data) => {
      writeFileSync(at(name), data);
      return at(name);
    },
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export interface Visit {
  readonly patient_id: string;
  readonly age: number;
  readonly sex: string;
  readonly lab: string;
  readonly diabetes: number;
  readonly ward: string;
  readonly ward_code: number;
  readonly days: number;
  readonly hours: number;
  readonly back: number;
}

/** Made-up visits: a code that follows from a ward, a conversion, missing labs, a label that depends on age and lab. */
export function visits(rows: number, seed = 1): Visit[] {
  const rng = Rng.create(seed);
  const wards = ['emergency', 'medicine', 'surgery'] as const;
  return Array.from({ length: rows }, (_, i) => {
    const age = 18 + rng.int(80);
    const lab = Math.round((4 + age / 30 + rng.normal()) * 10) / 10;
    const ward = rng.int(3);
    const days = 1 + rng.int(20);
    const risk = age / 20 + lab - 6 + rng.normal();
    return {
      patient_id: `p${i % Math.ceil(rows * 0.8)}`,
      age,
      sex: rng.next() < 0.5 ? 'F' : 'M',
      lab: rng.next() < 0.1 ? '' : String(lab),
      diabetes: lab >= 6.5 && rng.next() < 0.9 ? 1 : 0,
      ward: wards[ward]!,
      ward_code: 10 * (ward + 1),
      days,
      hours: 24 * days,
      back: risk > 2.5 ? 1 : 0,
    };
  });
}

/** Rows as CSV text. */
export function csvOf(rows: readonly object[]): string {
  const names = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) =>
    names.map((name) => String((row as Record<string, unknown>)[name])).join(','),
  );
  return `${[names.join(','), ...lines].join('\n')}\n`;
}
