import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { FeatureTable } from '../../cohort/index.js';
import type { Table } from '../../table/index.js';
import { loadTable, saveTable } from '../../table/index.js';
import { readJson, writeJson } from './json-file.js';

const taskSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  type: z.enum(['binary', 'multiclass']),
  label: z.string(),
  exclude: z.array(z.string()),
  notComputable: z.string().optional(),
});

const stepSchema = z.strictObject({ title: z.string(), units: z.int(), subjects: z.int() });

const factsSchema = z.strictObject({
  tasks: z.array(taskSchema),
  steps: z.array(stepSchema),
  /** What one row is, e.g. `ICU stay`. */
  unit: z.string(),
  subjectColumn: z.string(),
  trainSubjects: z.int(),
  testSubjects: z.int(),
});
export type StoredFacts = z.infer<typeof factsSchema>;

/** The feature table of a run, split by patient. */
export interface FeatureFiles {
  readonly train: Table;
  readonly test: Table;
  readonly facts: StoredFacts;
}

/** Writes train and test parts and what later stages have to know of them into a stage's folder. */
export async function writeFeatures(
  folder: string,
  features: Pick<FeatureTable, 'table' | 'tasks' | 'split'> & {
    readonly steps: FeatureTable['facts']['steps'];
  },
  about: { readonly unit: string; readonly subjectColumn: string },
): Promise<void> {
  const parts = {
    train: features.table.take(features.split.train),
    test: features.table.take(features.split.test),
  };
  for (const [name, table] of Object.entries(parts)) {
    await mkdir(path.join(folder, name));
    await saveTable(path.join(folder, name), table);
  }
  await writeJson(folder, 'facts.json', {
    tasks: features.tasks,
    steps: features.steps,
    ...about,
    trainSubjects: subjects(parts.train, about.subjectColumn),
    testSubjects: subjects(parts.test, about.subjectColumn),
  });
}

export async function readFeatures(folder: string): Promise<FeatureFiles> {
  return {
    train: await loadTable(path.join(folder, 'train')),
    test: await loadTable(path.join(folder, 'test')),
    facts: await readJson(folder, 'facts.json', factsSchema),
  };
}

/** The columns that a synthesizer learns: all but the keys. */
export function modelled(table: Table): Table {
  return table.select(table.schema.filter((s) => s.role !== 'key').map((s) => s.name));
}

function subjects(table: Table, column: string): number {
  const stored = table.column(column);
  return new Set(stored.type === 'numeric' ? stored.values : stored.codes).size;
}
