import { InternalError } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Table } from '../../table/index.js';
import type { Ratio, ReferenceTask, UtilityModel, UtilityTask, ValidationTask } from '../document.js';
import { modelTitles } from '../document.js';
import type { Layer, Metric } from '../metric.js';
import type { Scored } from './evaluate-tasks.js';
import { evaluateTasks } from './evaluate-tasks.js';
import { layer, metric, notComputable } from './layer.js';
import type { CompiledValidation } from './options.js';
import type { Reference } from './reference.js';
import type { Replicates } from './resamples.js';
import { average, combine, intervalOf, stratify } from './resamples.js';
import { subjectsOf } from './subjects.js';
import type { TaskData } from './task-data.js';
import { classCounts, labelledRows, layOutTask, positivesOf } from './task-data.js';

/** Real tables with key columns, aligned synthetic rows, and the reference computed from the same tables. */
export interface UtilityRequest {
  readonly train: Table;
  readonly test: Table;
  readonly synthetic: Table;
  readonly tasks: readonly ValidationTask[];
  readonly reference: Reference;
  readonly options: CompiledValidation;
  readonly context: RunContext;
}

/** What layer 4 found. */
export interface Utility {
  readonly layer: Layer;
  readonly meanRatio: Ratio | null;
  readonly tasks: UtilityTask[];
}

/** Ratios with the replicates that their means are made of. */
interface Measured {
  readonly published: UtilityTask;
  readonly ratios: readonly { readonly value: number; readonly replicates: Replicates }[];
}

/**
 * Layer 4: models trained on synthetic rows and tested on the real test rows (TSTR), against the same models trained on real
 * rows (TRTR). All resamples are shared, so the intervals of the ratios are paired; they hold the trained models fixed.
 */
export async function measureUtility(request: UtilityRequest): Promise<Utility> {
  const { train, test, synthetic, tasks, reference, options, context } = request;
  const laidOut = tasks.map((task) => layOutTask(task, train, test));
  const computable = laidOut.flatMap((data) => ('notComputable' in data ? [] : [data]));
  const testSubjects = subjectsOf(test, options.subjectKey);
  const rows = new Map(computable.map((d) => [d, labelledRows(synthetic, d.task.label, d.classes)]));
  const scored = await evaluateTasks(
    computable,
    {
      train: synthetic,
      subjects: subjectsOf(synthetic, options.subjectKey),
      rowsOf: (data) => rows.get(data)!,
      test,
      testSubjects,
      bootstrap: {
        ...reference.bootstrap,
        subjects: testSubjects.count,
        strata: stratify(computable, testSubjects),
      },
      repeats: options.repeats,
      label: 'Models on synthetic rows',
    },
    { ...context, rng: context.rng.split('tstr') },
  );
  const { level } = reference.bootstrap;
  const measured = tasks.map((task, i): Measured => {
    const data = laidOut[i]!;
    const real = referenceOf(reference, task.id);
    if ('notComputable' in data || real.published.status === 'not-computable') {
      const reason = 'notComputable' in data ? data.notComputable : 'It has no reference.';
      const { id, title, type, label } = task;
      return { published: { id, title, type, label, status: 'not-computable', reason }, ratios: [] };
    }
    const counts = classCounts(rows.get(data)!, data.classes.length);
    return compare(data, { real, synthetic: scored[computable.indexOf(data)]!, counts, level });
  });
  const ratios = measured.flatMap((m) => m.ratios);
  const meanRatio = ratios.length === 0 ? null : meanOf(ratios, level);
  const published = measured.map((m) => m.published);
  return { layer: utilityLayer(published, meanRatio, reference, options), meanRatio, tasks: published };
}

type StoredTask = Reference['tasks'][number];

function referenceOf(reference: Reference, id: string): StoredTask {
  const found = reference.tasks.find((t) => t.published.id === id);
  if (found === undefined) throw new InternalError('NO_REFERENCE', `Task '${id}' has no reference.`);
  return found;
}

/** One task: every model's ratio to its reference. */
function compare(
  data: TaskData,
  parts: { real: StoredTask; synthetic: readonly Scored[]; counts: Uint32Array; level: number },
): Measured {
  const { real, counts, level } = parts;
  const { task } = data;
  const compared = parts.synthetic.map((tstr) => {
    const trtr = scoreOf(real, tstr.model);
    const replicates = combine([tstr.replicates, trtr.replicates], ([a, b]) => a! / b!);
    const value = tstr.score.auc / trtr.auc;
    const skill = trtr.auc - 0.5;
    const model: UtilityModel = {
      model: tstr.model,
      tstr: tstr.score,
      ratio: { value, ci: intervalOf(replicates, level, value) },
      retainedSkill: skill > 0 ? (tstr.score.auc - 0.5) / skill : null,
    };
    return { model, value, replicates };
  });
  return {
    ratios: compared,
    published: {
      id: task.id,
      title: task.title,
      type: task.type,
      label: task.label,
      status: 'computed',
      syntheticRows: counts.reduce((a, b) => a + b, 0),
      syntheticPositives: positivesOf(task, counts),
      smallSample: data.size.smallSample,
      ratio: meanOf(compared, level),
      models: compared.map((c) => c.model),
    },
  };
}

function scoreOf(real: StoredTask, model: Scored['model']): { auc: number; replicates: Replicates } {
  const published =
    real.published.status === 'computed' ? real.published.models.find((m) => m.model === model) : undefined;
  const stored = real.replicates.find((r) => r.model === model);
  if (published === undefined || stored === undefined) {
    throw new InternalError(
      'NO_REFERENCE',
      `Task '${real.published.id}' has no reference of model '${model}'.`,
    );
  }
  return { auc: published.trtr.auc, replicates: stored.values };
}

function meanOf(ratios: Measured['ratios'], level: number): Ratio {
  const value = average(ratios.map((r) => r.value));
  const replicates = combine(
    ratios.map((r) => r.replicates),
    average,
  );
  return { value, ci: intervalOf(replicates, level, value) };
}

function utilityLayer(
  tasks: readonly UtilityTask[],
  meanRatio: Ratio | null,
  reference: Reference,
  options: CompiledValidation,
): Layer {
  const title = 'Mean TSTR / TRTR';
  const rowsOf = (id: string): number => {
    const task: ReferenceTask = referenceOf(reference, id).published;
    return task.status === 'computed' ? task.size.testRows : 0;
  };
  const method =
    'area under the ROC curve on the real test rows, trained on synthetic / trained on real rows';
  const ratioMetric = (id: string, name: string, ratio: Ratio, n: number): Metric =>
    metric({
      id,
      title: name,
      value: ratio.value,
      ci: ratio.ci,
      n,
      method,
      goal: 'max',
      range: [0, 2],
      threshold: null,
    });
  const metrics: Metric[] = [
    meanRatio === null
      ? notComputable({
          id: 'utility.mean-ratio',
          title,
          notComputable: 'No task could be computed.',
          required: true,
        })
      : metric({
          id: 'utility.mean-ratio',
          title,
          value: meanRatio.value,
          ci: meanRatio.ci,
          n: Math.max(...tasks.map((t) => rowsOf(t.id))),
          method: `mean over tasks and models of: ${method}`,
          goal: 'max',
          range: [0, 2],
          threshold: options.thresholds.utility,
        }),
  ];
  for (const task of tasks) {
    if (task.status === 'not-computable') {
      const id = `utility.${task.id}`;
      metrics.push(notComputable({ id, title: task.title, notComputable: task.reason, required: false }));
      continue;
    }
    for (const { model, ratio } of task.models) {
      const name = `${task.title}, ${modelTitles[model].toLowerCase()}`;
      metrics.push(ratioMetric(`utility.${task.id}.${model}`, name, ratio, rowsOf(task.id)));
    }
  }
  return layer('utility', 'Utility: train on synthetic, test on real', metrics);
}
