import type { Report, SynthesizerResult, TaskUsability, UtilityTask } from '../../document.js';
import { ratioDomain, ratioStrip, type Domain } from '../charts.js';
import {
  barText,
  count,
  counted,
  decimals,
  interval,
  judged,
  listed,
  nothing,
  orNothing,
  percent,
  placeText,
  privacyFigure,
  sentence,
} from '../format.js';
import { html, type Html } from '../html.js';
import { badge, chosen, isComputed, section, table, utilityBar } from '../parts.js';
import { usabilityBadges } from '../words.js';

/** The first screen: can I use this, and for what? Then the summary, and what was compared. */
export function answer(report: Report, summary: Html | null): Html {
  const { meta, verdict } = report;
  const { word, tone, sign } = usabilityBadges[verdict.usability];
  return html`<header id="answer">
      ${origin(report)}
      <p class="eyebrow">${meta.name}</p>
      <h1>${meta.title}</h1>
      <p class="purpose">${meta.purpose}</p>
      ${distrust(report)}
      <section class="verdict ${tone}" aria-labelledby="question">
        <h2 id="question">Can I use this, and for what?</h2>
        <p class="headline"><span class="sign" aria-hidden="true">${sign}</span> ${word}</p>
        <p class="because">${verdict.headline}</p>
      </section>
      <div class="answer">
        <div class="tasks">
          <h3>For training a model that predicts …</h3>
          ${taskList(report)}
          <p class="quiet">
            Only these tasks were examined. Nothing here speaks for other uses, for single groups of patients,
            or for decisions about a patient.
          </p>
        </div>
        <aside aria-label="The facts in short">${facts(report)}</aside>
      </div>
    </header>
    ${summary} ${comparison(report)}`;
}

function origin({ meta }: Report): Html {
  return meta.dataKind === 'reference-hospital'
    ? html`<p class="origin made-up" role="note">
        <strong>Reference hospital: not real patients.</strong> The records that stand for “real” in this
        report come from a built-in simulation. The figures show how Anamnesis works; they say nothing about
        medicine.
      </p>`
    : html`<p class="origin" role="note">
        <strong>Real patient records</strong> (${meta.source.title}) were learned from and tested on. No
        distribution on this page has a cell of 1 to 10 real rows.
      </p>`;
}

/** Errors among the findings spoil every figure, so they come before any. */
function distrust({ findings }: Report): Html | null {
  const errors = findings.filter((f) => f.severity === 'error');
  if (errors.length === 0) return null;
  return html`<div class="alarm" role="alert">
    <p>
      <strong>Do not trust the figures on this page.</strong> ${counted(errors.length, 'defect')} of the data
      or of the split ${errors.length === 1 ? 'was' : 'were'} found:
    </p>
    <ul>
      ${errors.map((f) => html`<li>${f.message}</li>`)}
    </ul>
    <p><a href="#checks">All checks</a></p>
  </div>`;
}

function taskList(report: Report): Html {
  const bar = utilityBar(report);
  const computed = chosen(report).utility.tasks.flatMap((t) => (t.status === 'computed' ? [t.ratio] : []));
  const domain = ratioDomain(computed, bar);
  return html`<ol class="task-list">
      ${report.verdict.tasks.map((task) => taskItem(report, task, { bar, domain }))}
    </ol>
    <p class="key">${key(bar)}</p>`;
}

function key(bar: number): string {
  return `The dot is the ratio: the score of models trained on synthetic rows, divided by that of the same models trained on real records, both on real test patients. The whiskers are its 95 % interval. The shaded part begins at the bar of ${barText(bar)}; 1 means that nothing was lost.`;
}

function taskItem(report: Report, task: TaskUsability, scale: { bar: number; domain: Domain }): Html {
  const { tone } = usabilityBadges[task.usability];
  const measured = chosen(report).utility.tasks.find((t) => t.id === task.task);
  return html`<li class="task ${tone}">
    <div class="task-words">
      <h4>${task.title}</h4>
      ${badge(usabilityBadges[task.usability])}
      <p>
        ${sentence(task.reason)}${isSmall(report, measured) && html` <em>Few cases: read the interval, not the figure.</em>`}
      </p>
    </div>
    <div class="task-picture">
      ${
        measured?.status === 'computed'
          ? html`<p class="ratio">
                <strong>${judged(measured.ratio.value, scale.bar)}</strong>
                <span>${interval(measured.ratio.ci)}</span>
              </p>
              ${ratioStrip(measured.ratio, scale.bar, tone, scale.domain)}`
          : html`<p class="ratio quiet">not measured</p>`
      }
    </div>
  </li>`;
}

function isSmall(report: Report, task: UtilityTask | undefined): boolean {
  if (task?.status !== 'computed') return false;
  const reference = report.reference.find((t) => t.id === task.id);
  return task.smallSample || (reference?.status === 'computed' && reference.size.smallSample);
}

function facts(report: Report): Html {
  const { meta } = report;
  const best = chosen(report);
  const others = report.synthesizers.slice(1).map((s) => s.synthesizer.title);
  const fact = (name: string, body: Html): Html =>
    html`<div>
      <dt>${name}</dt>
      <dd>${body}</dd>
    </div>`;
  return html`<dl class="facts">
    ${fact('Made by', html`${best.synthesizer.title}, ${generationWords[best.synthesizer.generation]}. ${others.length > 0 && `Chosen over ${listed(others)}.`}`)}
    ${fact('Learned from', html`${part(report, 'train')} of ${meta.source.title}`)}
    ${fact('Examined on', html`${part(report, 'test')} that no synthesizer and no model had seen`)}
    ${fact('Made', html`${counted(best.rows, 'synthetic row')}, ${counted(report.columns.length, 'column')} each`)}
    ${fact('Likeness', likeness(report))} ${fact('Privacy', privacy(report))}
  </dl>`;
}

const generationWords = {
  'data-driven': 'which learns from records',
  'process-driven': 'which follows written rules and learns from no record',
  hybrid: 'which follows written rules, corrected by records',
} as const;

function part({ meta }: Report, side: 'train' | 'test'): string {
  const { rows, patients } = meta[side];
  if (meta.unit.toLowerCase() === 'patient' || rows === patients) return counted(patients, 'patient');
  return `${counted(patients, 'patient')} (${counted(rows, meta.unit)})`;
}

/** The aggregate is nearly blind to lost relations, so the place of the cross tables stands beside it. */
function likeness(report: Report): Html {
  const { placed } = chosen(report).fidelity;
  const aggregate = placed.find((p) => p.id === 'aggregate');
  const relations = placed.find((p) => p.id === 'marginals')?.place ?? null;
  if (aggregate === undefined) return html`not measured`;
  return html`${decimals(aggregate.value)} of 1.
    ${relations !== null && `How values go together: ${placeText(relations)}.`} <a href="#fidelity">More</a>`;
}

function privacy(report: Report): Html {
  const best = chosen(report);
  const { privacy: claim } = best.synthesizer;
  const copies = share(best, 'validity.copied-share');
  const baseline = share(best, 'validity.baseline-share');
  const attacks = best.layers.find((layer) => layer.id === 'privacy');
  const membership = share(best, 'privacy.membership');
  return html`${report.meta.dataKind === 'reference-hospital' && 'No patient stands behind these records. '}${
    claim.kind === 'none'
      ? html`<strong>No formal guarantee: not differentially private, no ε is claimed.</strong>
          ${sentence(claim.reason)}`
      : html`<strong
          >Differentially private: ε = ${privacyFigure(claim.epsilon)}, δ = ${privacyFigure(claim.delta)} per
          ${claim.unit}.</strong
        >`
  }
  ${copies !== null && `Rows that copy a real training row: ${percent(copies)}${baseline === null ? '' : `; among fresh real patients ${percent(baseline)}`}.`}
  ${
    attacks === undefined
      ? 'No attack on privacy was tried.'
      : html`${membership === null ? 'Attacks could not be judged' : `Attacks were tried: the strongest reached an AUC of ${decimals(membership)} (0.5 is guessing)`}.
          <a href="#${best.privacy === undefined ? 'checks' : 'privacy'}">More</a>.`
  }${claim.kind === 'none' && report.meta.dataKind === 'real' && ' Until a privacy officer has judged them, keep the rows under the rules of the records they were learned from.'}`;
}

function share(result: SynthesizerResult, id: string): number | null {
  const found = result.layers.flatMap((layer) => layer.metrics).find((m) => m.id === id);
  return found !== undefined && isComputed(found) ? found.value : null;
}

function comparison(report: Report): Html | null {
  if (report.comparison.length < 2) return null;
  const bar = utilityBar(report);
  const rows = report.comparison.map((row) => ({
    className: row.chosen ? 'chosen' : '',
    cells: [
      html`${row.title}${row.chosen && html` <span class="tag">chosen</span>`}`,
      badge(usabilityBadges[row.usability]),
      row.meanRatio === null ? nothing : `${judged(row.meanRatio.value, bar)} ${interval(row.meanRatio.ci)}`,
      orNothing(row.fidelity),
      orNothing(row.place, 2),
      orNothing(row.discriminatorAuc, 2),
      row.copies === null ? nothing : percent(row.copies),
      orNothing(row.membershipAuc ?? null),
      row.epsilon === null ? html`<span class="nowrap">none claimed</span>` : privacyFigure(row.epsilon),
    ],
  }));
  return section(
    'compared',
    'What was compared',
    html`<p>
        ${count(report.comparison.length)} synthesizers learned from the same training records and were
        examined on the same test patients. Best first.
      </p>
      ${table(
        'Synthesizers side by side',
        [
          { text: 'Synthesizer' },
          { text: 'Verdict' },
          { text: 'Mean ratio TSTR / TRTR', number: true },
          { text: 'Likeness (of 1)', number: true },
          { text: 'Place of cross tables, floor 0 to ceiling 1', number: true },
          { text: 'Discriminator AUC (0.5 is best)', number: true },
          { text: 'Copied rows', number: true },
          { text: 'Membership AUC (0.5 is best)', number: true },
          { text: 'Privacy ε' },
        ],
        rows,
      )}`,
  );
}
