import type { Placed, Report, SynthesizerResult } from '../../document.js';
import { placeStrip } from '../charts.js';
import { columnCards } from '../columns.js';
import { count, decimals, orNothing, pValue, nothing, signed } from '../format.js';
import { html, type Html } from '../html.js';
import { dotLegend, folded, section, synthesizerName, table } from '../parts.js';
import { associations } from './associations.js';

/** How alike the rows are: scores at their place, columns, relations. */
export function fidelity(report: Report): Html {
  const [best, ...others] = report.synthesizers;
  return section(
    'fidelity',
    'How alike is it?',
    html`<p>
        A likeness of 0.95 sounds good and may still be bad: real columns that are each shuffled by
        themselves, so that age no longer goes with diagnosis, often reach more. Each score is therefore shown
        on its way from the <b>floor</b> (shuffled real columns) to the <b>ceiling</b> (fresh real patients).
        Beyond the ceiling is no merit: such rows are closer to the training records than fresh patients are.
      </p>
      ${dotLegend(report.synthesizers.map((_, index) => ({ name: synthesizerName(report, index), index })))}
      ${places(report)} ${orders(report)} ${best !== undefined && details(report, best, 0)}
      ${others.map((other, i) =>
        folded(html`Columns and relations of ${other.synthesizer.title}`, details(report, other, i + 1)),
      )}`,
  );
}

function places(report: Report): Html {
  const first = report.synthesizers[0]?.fidelity.placed ?? [];
  return html`<div class="places">${first.map((placed) => placeRow(report, placed))}</div>`;
}

function placeRow(report: Report, placed: Placed): Html {
  const all = report.synthesizers.flatMap((s, index) => {
    const found = s.fidelity.placed.find((p) => p.id === placed.id);
    return found === undefined ? [] : [{ name: s.synthesizer.title, index, found }];
  });
  const points = all.flatMap(({ name, index, found }) =>
    found.place === null ? [] : [{ name, index, place: found.place }],
  );
  return html`<div class="place">
    <h4>${placed.title}</h4>
    <ul>
      ${all.map(
        ({ name, index, found }) =>
          html`<li>
            <span class="dot s${index === 0 ? 0 : 1 + ((index - 1) % 3)}"></span>${name}:
            <strong>${decimals(found.value)}</strong>
            <span class="quiet">(place ${orNothing(found.place, 2)})</span>
          </li>`,
      )}
    </ul>
    ${points.length > 0 ? placeStrip(placed.title, points) : html`<p class="quiet">${whyNoPlace(placed)}</p>`}
    <p class="quiet">
      floor ${decimals(placed.floor)} · ceiling ${decimals(placed.ceiling)} · ${count(placed.rows)} rows
      compared
    </p>
  </div>`;
}

function whyNoPlace({ id, floor, ceiling }: Placed): string {
  if (id === 'columns')
    return 'Shuffling leaves single columns as they are, so there is no floor below the ceiling.';
  return ceiling > floor
    ? 'Floor and ceiling are too close for a place between them: too few rows to tell.'
    : 'The floor is as high as the ceiling: too few rows to tell.';
}

function orders(report: Report): Html | null {
  const rows = report.synthesizers.flatMap((s, index) =>
    s.fidelity.marginalsByOrder.map((m) => ({
      cells: [
        synthesizerName(report, index),
        count(m.order),
        count(m.tables),
        decimals(m.value),
        decimals(m.floor),
        decimals(m.ceiling),
      ],
    })),
  );
  if (rows.length === 0) return null;
  return folded(
    'Likeness of tables of one, two and three columns',
    table(
      'Likeness (1 − total variation distance) of cross tables',
      [
        { text: 'Synthesizer' },
        { text: 'Columns in a table', number: true },
        { text: 'Tables', number: true },
        { text: 'Likeness', number: true },
        { text: 'Floor', number: true },
        { text: 'Ceiling', number: true },
      ],
      rows,
    ),
  );
}

function details(report: Report, result: SynthesizerResult, index: number): Html {
  return html`<h3>Columns${index > 0 && ` of ${result.synthesizer.title}`}, least alike first</h3>
    <p>
      <b class="real">Filled: real training rows.</b>
      <b class="synthetic">Line or lower bar: synthetic rows.</b> The outermost bars of a distribution are
      open-ended; cells with 1 to 10 real rows are merged with their neighbours. A distance of 0 means alike,
      1 nothing in common.
    </p>
    ${columnCards(report, result)} ${columnTable(result)} ${associations(result)}`;
}

function columnTable(result: SynthesizerResult): Html {
  return folded(
    `All ${count(result.fidelity.columns.length)} columns as a table`,
    table(
      `${result.synthesizer.title}: distance of each column`,
      [
        { text: 'Column' },
        { text: 'Kind' },
        { text: 'Role' },
        { text: 'Method' },
        { text: 'Distance', number: true },
        { text: 'p-value (information only)', number: true },
        { text: 'Missing share, synthetic − real', number: true },
      ],
      result.fidelity.columns.map((c) => ({
        cells: [
          c.name,
          c.kind,
          c.role,
          c.distance === null ? nothing : c.distance.method.toUpperCase(),
          c.distance === null ? nothing : decimals(c.distance.value),
          c.pValue === null ? nothing : pValue(c.pValue),
          signed(c.missingDifference),
        ],
      })),
    ),
  );
}
