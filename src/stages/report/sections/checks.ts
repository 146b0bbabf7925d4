import type { Finding, Report, SynthesizerResult } from '../../document.js';
import type { ComputedMetric, Layer, Metric } from '../../metric.js';
import { barText, count, decimals, figure, interval, judged, nothing, sentence } from '../format.js';
import { html, type Html } from '../html.js';
import { badge, chosen, folded, isComputed, section, table, type TableRow } from '../parts.js';
import { usabilityBadges, verdictBadges } from '../words.js';

/** Defects, judgements with their bars, and what could not be computed. */
export function checks(report: Report): Html {
  const best = chosen(report);
  const others = report.synthesizers.slice(1);
  return section(
    'checks',
    'What was checked',
    html`<h3>The data and the split</h3>
      ${findings(report.findings)} ${unanswered(report)}
      <h3>Judgements on ${best.synthesizer.title}</h3>
      ${layers(best)}
      ${others.map((other) => folded(`Judgements on ${other.synthesizer.title}`, layers(other)))}`,
  );
}

function findings(list: readonly Finding[]): Html {
  if (list.length === 0) {
    return html`<p>
      <span class="sign good" aria-hidden="true">✓</span> No patient is on both sides of the split, and no
      feature gives a label away.
    </p>`;
  }
  const sorted = [...list].sort((a, b) => rank(a) - rank(b));
  return html`<ul class="findings">
    ${sorted.map(
      (f) =>
        html`<li class="${f.severity}">
          ${badge(f.severity === 'error' ? { sign: '✕', word: 'Defect', tone: 'bad' } : { sign: 'i', word: 'Note', tone: 'unknown' })}
          ${f.message} ${where(f)}<code>${f.code}</code>
        </li>`,
    )}
  </ul>`;
}

const rank = (f: Finding): number => (f.severity === 'error' ? 0 : 1);

function where({ task, column, count: n }: Finding): Html | null {
  const parts = [
    task === undefined ? null : `task ${task}`,
    column === undefined ? null : `column ${column}`,
    n === undefined ? null : `count ${count(n)}`,
  ].filter((p) => p !== null);
  return parts.length === 0 ? null : html`<span class="quiet">(${parts.join(', ')})</span> `;
}

/** Everything that has no figure, with the reason: silence would look like a pass. */
function unanswered(report: Report): Html | null {
  const tasks = report.reference.flatMap((t) =>
    t.status === 'not-computable' ? [{ title: t.title, reason: t.reason }] : [],
  );
  const said = new Set(tasks.map((t) => t.reason));
  const metrics = report.synthesizers.flatMap((s) =>
    s.layers.flatMap((layer) =>
      layer.metrics.flatMap((m) =>
        isComputed(m) || said.has(m.notComputable)
          ? []
          : [{ title: `${m.title} (${s.synthesizer.title})`, reason: m.notComputable }],
      ),
    ),
  );
  const all = [...tasks, ...metrics];
  if (all.length === 0) return null;
  return html`<h3>What could not be computed</h3>
    <p>None of these counts as passed.</p>
    <dl class="reasons">
      ${all.map(
        ({ title, reason }) =>
          html`<div>
            <dt>${badge(usabilityBadges.unknown)} ${title}</dt>
            <dd>${sentence(reason)}</dd>
          </div>`,
      )}
    </dl>`;
}

function layers(result: SynthesizerResult): Html {
  return html`${result.layers.map(
    (layer) =>
      html`<div class="layer">
        <p>${badge(verdictBadges[layer.verdict])} <strong>${layer.title}.</strong> ${layer.reason}</p>
        ${layer.metrics.length > 0 && metrics(result, layer)}
      </div>`,
  )}`;
}

function metrics(result: SynthesizerResult, layer: Layer): Html {
  return table(
    `${layer.title}: figures of ${result.synthesizer.title}`,
    [
      { text: 'Figure' },
      { text: 'Value [interval]', number: true },
      { text: 'Bar', number: true },
      { text: 'Result' },
      { text: 'n', number: true },
      { text: 'How' },
    ],
    layer.metrics.map(metricRow),
  );
}

function metricRow(metric: Metric): TableRow {
  if (!isComputed(metric)) {
    return {
      cells: [
        metric.title,
        nothing,
        nothing,
        badge(verdictBadges['not-computable']),
        nothing,
        metric.notComputable,
      ],
    };
  }
  const { threshold, passed, ci, goal } = metric;
  const shown = metricFigure(metric);
  return {
    cells: [
      metric.title,
      html`${shown}${ci !== undefined && ` ${interval(ci)}`}`,
      threshold === null ? nothing : `${goal === 'max' ? '≥' : '≤'} ${barText(threshold)}`,
      passed === null
        ? html`<span class="nowrap">information only</span>`
        : badge(verdictBadges[passed ? 'pass' : 'fail']),
      count(metric.n),
      metric.method,
    ],
  };
}

/** Shares and the like with decimals even when they happen to be whole; a value with a bar never rounded across it. */
function metricFigure({ value, threshold, range }: ComputedMetric): string {
  if (Math.abs(value) > 0 && Math.abs(value) < 0.0005) return figure(value);
  if (threshold !== null) return judged(value, threshold);
  return range[1] <= 2 ? decimals(value) : figure(value);
}
