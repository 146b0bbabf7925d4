import type { ArticleMeasure, Report, Side } from '../../document.js';
import { sideStrip } from '../attack-charts.js';
import { barText, decimals, judged, sentence } from '../format.js';
import { html, type Html } from '../html.js';
import { badge, chosen, folded, section, table } from '../parts.js';
import { verdictBadges } from '../words.js';

/** Utility, fidelity and privacy on one page: three verdicts, and the article's five measures with their targets. */
export function trilemma(report: Report): Html | null {
  const result = chosen(report);
  const found = result.trilemma;
  if (found === undefined) return null;
  const passed = found.article.filter((m) => m.passed === true).length;
  return section(
    'trilemma',
    'Useful, alike and private?',
    html`<p>
        Rows that copy the records are useful and alike, and betray people; noise betrays nobody and is of no
        use. No figure speaks for the others, so three stand side by side. Each strip runs from bad (left) to
        ideal (right); the shaded part begins at the bar.
      </p>
      <div class="sides">${found.sides.map(sideCard)}</div>
      ${table(
        `Five usual measures: ${String(passed)} of ${String(found.article.length)} targets reached`,
        [{ text: 'Measure' }, { text: 'Target' }, { text: 'Found' }, { text: 'Result' }],
        found.article.map((m) => ({ cells: [m.title, m.target, m.found, articleBadge(m)] })),
      )}
      ${folded(
        'How the five were computed, and what they do not say',
        html`<dl class="reasons">
          ${found.article.map(
            (m) =>
              html`<div>
                <dt>${m.title}</dt>
                <dd>${m.note}</dd>
              </div>`,
          )}
        </dl>`,
      )}`,
  );
}

function sideCard(side: Side): Html {
  const { tone } = verdictBadges[side.verdict];
  return html`<div class="side ${tone}">
    <h3>${side.title} ${badge(verdictBadges[side.verdict])}</h3>
    <p class="side-figure">${side.figure === null ? 'not measured' : sideFigure(side)}</p>
    ${sideStrip(side, tone)}
    <p class="quiet">${sentence(side.what)}</p>
    ${side.verdict !== 'pass' && html`<p>${side.reason}</p>`}
  </div>`;
}

function sideFigure({ figure, bar, goal }: Side): Html | null {
  if (figure === null) return null;
  const ends = figure.low < figure.high ? ` [${decimals(figure.low)}–${decimals(figure.high)}]` : '';
  return html`<strong>${judged(figure.value, bar)}</strong>${ends}
    <span class="quiet">bar ${goal === 'max' ? '≥' : '≤'} ${barText(bar)}</span>`;
}

function articleBadge({ passed }: ArticleMeasure): Html {
  if (passed === null) return badge(verdictBadges['not-computable']);
  return badge(
    passed ? { sign: '✓', word: 'Reached', tone: 'good' } : { sign: '✕', word: 'Not reached', tone: 'bad' },
  );
}
