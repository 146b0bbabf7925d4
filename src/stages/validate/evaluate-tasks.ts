import type { Rng } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Column, Table } from '../../table/index.js';
import type { ModelId, Score } from '../document.js';
import { modelIds } from '../document.js';
import type { Evaluation, EvaluationInput } from './evaluate.js';
import { evaluationModule } from './evaluate.js';
import type { BootstrapPlan, Replicates } from './resamples.js';
import { average, combine, intervalOf } from './resamples.js';
import type { Subjects } from './subjects.js';
import type { LabelledRows, TaskData } from './task-data.js';

/** A model's published score and its bootstrap replicates, which ratios are made of. */
export interface Scored {
  readonly model: ModelId;
  readonly score: Score;
  readonly replicates: Replicates;
}

/** What to train on, and what to test on. */
export interface EvaluationPlan {
  /** Where the models learn. */
  readonly train: Table;
  /** Patients of `train`. */
  readonly subjects: Subjects;
  /** The rows of `train` that have a task's label. */
  readonly rowsOf: (task: TaskData) => LabelledRows;
  readonly test: Table;
  /** Patients of `test`, as the bootstrap numbers them. */
  readonly testSubjects: Subjects;
  readonly bootstrap: BootstrapPlan;
  readonly repeats: number;
  readonly label: string;
}

/** Trains and tests every model of every task, a job each on the pool; in the order of the tasks. */
export async function evaluateTasks(
  tasks: readonly TaskData[],
  plan: EvaluationPlan,
  context: RunContext,
): Promise<Scored[][]> {
  const plans = tasks.flatMap((task) =>
    modelIds.flatMap((model) =>
      Array.from({ length: model === 'boosting' ? plan.repeats : 1 }, (_, repeat) => ({
        task,
        model,
        repeat,
      })),
    ),
  );
  const progress = context.progress.task(plan.label, plans.length);
  const results = await context.pool.map<Evaluation>(
    plans.map(({ task, model, repeat }) => ({
      module: evaluationModule,
      task: 'evaluateModel',
      input: jobOf(task, plan, {
        model,
        rng: context.rng.split('task', task.task.id).split(model, repeat),
      }),
    })),
    {
      signal: context.signal,
      onDone: () => {
        progress.advance();
      },
    },
  );
  progress.done();
  return tasks.map((task) =>
    modelIds.map((model) => {
      const mine = results.filter((_, i) => plans[i]!.task === task && plans[i]!.model === model);
      return scoreOf(model, mine, plan.bootstrap.level);
    }),
  );
}

function jobOf(
  task: TaskData,
  plan: EvaluationPlan,
  { model, rng }: { model: ModelId; rng: Rng },
): EvaluationInput {
  const pick = (table: Table): Column[] => task.features.map((name) => table.column(name));
  const learned = plan.rowsOf(task);
  return {
    model,
    classes: task.classes.length,
    train: {
      columns: pick(plan.train),
      ...learned,
      subjects: learned.rows.map((row) => plan.subjects.ofRow[row]!),
    },
    test: {
      columns: pick(plan.test),
      ...task.test,
      subjects: task.test.rows.map((row) => plan.testSubjects.ofRow[row]!),
    },
    bootstrap: plan.bootstrap,
    key: rng.key,
  };
}

/** The mean over the repeats; the curve is the first one's. */
function scoreOf(model: ModelId, repeats: readonly Evaluation[], level: number): Scored {
  const meanOf = (read: (e: Evaluation) => number): number => average(repeats.map(read));
  const slopes = repeats.flatMap((e) => (e.calibrationSlope === null ? [] : [e.calibrationSlope]));
  const replicates = combine(
    repeats.map((e) => e.replicates),
    average,
  );
  const auc = meanOf((e) => e.auc);
  return {
    model,
    replicates,
    score: {
      auc,
      ci: intervalOf(replicates, level, auc),
      brier: meanOf((e) => e.brier),
      logLoss: meanOf((e) => e.logLoss),
      calibrationSlope: slopes.length === repeats.length ? average(slopes) : null,
      roc: repeats[0]!.roc,
    },
  };
}
