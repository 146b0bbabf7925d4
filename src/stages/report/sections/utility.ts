import {
  modelTitles,
  type ModelId,
  type ReferenceTask,
  type Report,
  type Score,
  type UtilityModel,
} from '../../document.js';
import { aucChart, rocPanel, type RocCurve } from '../charts.js';
import {
  count,
  counted,
  decimals,
  interval,
  judged,
  listed,
  nothing,
  orNothing,
  percent,
  sentence,
  withInterval,
} from '../format.js';
import { html, type Html } from '../html.js';
import { folded, lineLegend, section, synthesizerName, table, utilityBar, type TableRow } from '../parts.js';

type Computed = Extract<ReferenceTask, { status: 'computed' }>;

/** Train on synthetic, test on real: every task, model and synthesizer against real training. */
export function utility(report: Report): Html {
  return section(
    'utility',
    'Do models learn as well from it?',
    html`<p>
        For each task two kinds of model were trained twice: on <b class="real">real records</b> and on
        <b class="synthetic">synthetic rows</b>. All were examined on the same real test patients, who took no
        part in any training. If the synthetic rows are a good stand-in, the scores are close.
        <b>Boosted trees</b> are the usual strong model for tables; <b>logistic regression</b> is the simple
        one whose weights can be read.
      </p>
      ${lineLegend(legendEntries(report))} ${report.reference.map((task) => taskBlock(report, task))}`,
  );
}

function legendEntries(report: Report) {
  return [
    { name: 'trained on real records', index: null },
    ...report.synthesizers.map((_, i) => ({
      name: `trained on rows of ${synthesizerName(report, i)}`,
      index: i,
    })),
  ];
}

function taskBlock(report: Report, task: ReferenceTask): Html {
  if (task.status === 'not-computable') {
    return html`<article class="task-block">
      <h3>${task.title}</h3>
      <p class="reason"><strong>Could not be computed.</strong> ${sentence(task.reason)}</p>
    </article>`;
  }
  return html`<article class="task-block">
    <h3>${task.title}</h3>
    <p>${sizeSentence(task)}</p>
    <div class="panels">
      ${task.models.map(({ model, trtr }) => panel(report, task, model, trtr))}
      <figure class="wide">
        <figcaption>Scores with their intervals</figcaption>
        ${aucs(report, task)}
      </figure>
    </div>
    ${scores(report, task)} ${task.size.classCounts.length > 0 && classCounts(task)}
  </article>`;
}

function sizeSentence({ size, features, type }: Computed): Html {
  const cases = (positives: number, rows: number): string => `${count(positives)} of ${count(rows)}`;
  const text =
    type === 'binary'
      ? `The outcome occurred in ${cases(size.trainPositives, size.trainRows)} training rows and ${cases(size.testPositives, size.testRows)} test rows; models saw ${counted(features, 'feature')}.`
      : `${count(size.classes)} classes; ${count(size.trainRows)} training rows, ${count(size.testRows)} test rows; models saw ${counted(features, 'feature')}. The score is the mean over classes of each against all others.`;
  const left = size.classesLeftOut;
  return html`${text} ${left.length > 0 && `Not scored, since no test row has it: ${listed(left)}.`}
  ${size.smallSample && html`<strong>Few cases: quote these figures with their intervals only.</strong>`}`;
}

function panel(report: Report, task: Computed, model: ModelId, trtr: Score): Html {
  const curves: RocCurve[] = [
    { name: 'real records', index: null, auc: trtr.auc, roc: trtr.roc },
    ...report.synthesizers.flatMap((_, index) => {
      const found = modelOf(report, { synthesizer: index, task: task.id, model });
      if (found === undefined) return [];
      return [{ name: synthesizerName(report, index), index, auc: found.tstr.auc, roc: found.tstr.roc }];
    }),
  ];
  const title = `${task.title}, ${modelTitles[model]}`;
  return html`<figure class="panel">
    <figcaption>${modelTitles[model]}</figcaption>
    ${rocPanel(title, curves)}
  </figure>`;
}

function aucs(report: Report, task: Computed): Html {
  const groups = task.models.map(({ model, trtr }) => ({
    model: modelTitles[model],
    points: [
      { name: 'real records', index: null, auc: trtr.auc, ci: trtr.ci },
      ...report.synthesizers.flatMap(({ synthesizer }, index) => {
        const found = modelOf(report, { synthesizer: index, task: task.id, model });
        return found === undefined
          ? []
          : [{ name: synthesizer.title, index, auc: found.tstr.auc, ci: found.tstr.ci }];
      }),
    ],
  }));
  return aucChart(task.title, groups);
}

function modelOf(
  report: Report,
  { synthesizer, task, model }: { synthesizer: number; task: string; model: ModelId },
): UtilityModel | undefined {
  const found = report.synthesizers[synthesizer]?.utility.tasks.find((t) => t.id === task);
  return found?.status === 'computed' ? found.models.find((m) => m.model === model) : undefined;
}

function scores(report: Report, task: Computed): Html {
  const bar = utilityBar(report);
  const rows = task.models.flatMap(({ model, trtr }): TableRow[] => [
    {
      className: 'group',
      cells: [
        modelTitles[model],
        html`<span class="dot real"></span>real records`,
        withInterval(trtr.auc, trtr.ci),
        nothing,
        nothing,
        ...extras(trtr),
      ],
    },
    ...report.synthesizers.map((_, index): TableRow => {
      const found = modelOf(report, { synthesizer: index, task: task.id, model });
      const name = synthesizerName(report, index);
      if (found === undefined) {
        return {
          cells: ['', name, reasonFor(report, index, task.id), nothing, nothing, nothing, nothing, nothing],
        };
      }
      return {
        cells: [
          '',
          html`<span class="dot s${index === 0 ? 0 : 1 + ((index - 1) % 3)}"></span>${name}`,
          withInterval(found.tstr.auc, found.tstr.ci),
          html`<strong>${judged(found.ratio.value, bar)}</strong> ${interval(found.ratio.ci)}`,
          found.retainedSkill === null ? nothing : percent(found.retainedSkill),
          ...extras(found.tstr),
        ],
      };
    }),
  ]);
  return table(
    `${task.title}: scores on the real test patients`,
    [
      { text: 'Model' },
      { text: 'Trained on' },
      { text: 'AUC [interval]', number: true },
      { text: 'Ratio to real', number: true },
      { text: 'Skill kept', number: true },
      { text: 'Brier', number: true },
      { text: 'Log-loss', number: true },
      { text: 'Calibration slope', number: true },
    ],
    rows,
  );
}

function extras(score: Score): string[] {
  return [decimals(score.brier), decimals(score.logLoss), orNothing(score.calibrationSlope, 2)];
}

function reasonFor(report: Report, synthesizer: number, task: string): string {
  const found = report.synthesizers[synthesizer]?.utility.tasks.find((t) => t.id === task);
  return found?.status === 'not-computable' ? `could not be computed: ${found.reason}` : 'not measured';
}

function classCounts(task: Computed): Html {
  return folded(
    `Rows per class (${count(task.size.classCounts.length)})`,
    table(
      `${task.title}: real rows per class`,
      [{ text: 'Class' }, { text: 'Training rows', number: true }, { text: 'Test rows', number: true }],
      task.size.classCounts.map((c) => ({ cells: [c.name, count(c.train), count(c.test)] })),
    ),
  );
}
