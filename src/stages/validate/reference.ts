import { z } from 'zod';
import { DataError } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Table } from '../../table/index.js';
import type { Finding, ReferenceTask, ValidationTask } from '../document.js';
import { findingSchema, modelIds, referenceTaskSchema } from '../document.js';
import type { FeatureTiming } from './checks/leak.js';
import { checkLeaks } from './checks/leak.js';
import { checkOverlap } from './checks/overlap.js';
import type { Scored } from './evaluate-tasks.js';
import { evaluateTasks } from './evaluate-tasks.js';
import type { CompiledValidation } from './options.js';
import { stratify } from './resamples.js';
import { subjectsOf } from './subjects.js';
import type { TaskData } from './task-data.js';
import { layOutTask } from './task-data.js';

/**
 * What validation knows before it sees a synthetic row: the models trained on real rows (TRTR), their bootstrap replicates,
 * and the findings on the real data. Computed once, used for every synthesizer; plain JSON without a patient's value.
 */
export const referenceSchema = z.strictObject({
  schema: z.literal('anamnesis.reference/1'),
  /** The stream that every bootstrap resample of the test patients is drawn from, so that ratios are paired. */
  bootstrap: z.strictObject({ key: z.string(), resamples: z.int(), level: z.number() }),
  tasks: z.array(
    z.strictObject({
      published: referenceTaskSchema,
      /** AUC of each model in each resample; empty where the task is not computable. */
      replicates: z.array(
        z.strictObject({ model: z.enum(modelIds), values: z.array(z.number().nullable()) }),
      ),
    }),
  ),
  findings: z.array(findingSchema),
});
export type Reference = z.infer<typeof referenceSchema>;

/** Real tables with key columns, and the tasks on them. */
export interface ReferenceRequest {
  readonly train: Table;
  readonly test: Table;
  readonly tasks: readonly ValidationTask[];
  readonly options: CompiledValidation;
  readonly context: RunContext;
  /** When features become known, where the blueprint says so. */
  readonly timings?: readonly FeatureTiming[] | undefined;
}

/** Trains and tests the models on real rows and checks split and labels. @throws DataError `NO_ROWS`. */
export async function computeReference(request: ReferenceRequest): Promise<Reference> {
  const { train, test, tasks, options, context } = request;
  requireRows(train, 'train');
  requireRows(test, 'test');
  const laidOut = tasks.map((task) => ({ task, data: layOutTask(task, train, test) }));
  const computable = laidOut.flatMap(({ data }) => ('notComputable' in data ? [] : [data]));
  const testSubjects = subjectsOf(test, options.subjectKey);
  const bootstrap = {
    key: context.rng.split('bootstrap').key,
    resamples: options.resamples,
    level: options.level,
  };
  const scored = await evaluateTasks(
    computable,
    {
      train,
      subjects: subjectsOf(train, options.subjectKey),
      rowsOf: (task) => task.train,
      test,
      testSubjects,
      bootstrap: { ...bootstrap, subjects: testSubjects.count, strata: stratify(computable, testSubjects) },
      repeats: options.repeats,
      label: 'Models on real rows',
    },
    { ...context, rng: context.rng.split('trtr') },
  );
  return {
    schema: 'anamnesis.reference/1',
    bootstrap,
    tasks: laidOut.map(({ task, data }) =>
      'notComputable' in data
        ? { published: notComputable(task, data.notComputable), replicates: [] }
        : publish(data, scored[computable.indexOf(data)]!),
    ),
    findings: [
      ...checkOverlap(train, test, options.subjectKey),
      ...computable.flatMap((data) => checkLeaks(data, train, test, request.timings)),
    ],
  };
}

function requireRows(table: Table, part: string): void {
  if (table.rows > 0) return;
  throw new DataError('NO_ROWS', `The ${part} part has no rows.`, {
    fix: 'check the cohort of the blueprint and the split',
  });
}

function notComputable(task: ValidationTask, reason: string): ReferenceTask {
  return {
    id: task.id,
    title: task.title,
    type: task.type,
    label: task.label,
    status: 'not-computable',
    reason,
  };
}

function publish(data: TaskData, scored: readonly Scored[]): Reference['tasks'][number] {
  const { id, title, type, label } = data.task;
  return {
    published: {
      id,
      title,
      type,
      label,
      status: 'computed',
      size: data.size,
      features: data.features.length,
      models: scored.map(({ model, score }) => ({ model, trtr: score })),
    },
    replicates: scored.map(({ model, replicates }) => ({ model, values: [...replicates] })),
  };
}

/** Findings that concern a task: its own and those on the split. */
export function findingsOf(findings: readonly Finding[], task: string): Finding[] {
  return findings.filter((f) => f.task === undefined || f.task === task);
}
