import type { Provenance, Report, SynthesizerResult } from '../../document.js';
import { count, nothing, percent, unitText } from '../format.js';
import { html, type Html } from '../html.js';
import { folded, section, table } from '../parts.js';

/** How the report came to be: cohort, split, columns, options, seed, versions, hashes. */
export function made(report: Report): Html {
  const { meta } = report;
  const total = meta.train.patients + meta.test.patients;
  return section(
    'made',
    'How it was made',
    html`<p>
        Source: ${meta.source.title} (<code>${meta.source.id}</code>). One row is one ${meta.unit}. The same
        seed, inputs and program give the same bytes.
      </p>
      ${
        meta.notes.length > 0 &&
        html`<ul>
          ${meta.notes.map((note) => html`<li>${note}</li>`)}
        </ul>`
      }
      ${meta.provenance !== undefined && cohort(meta.provenance, meta.unit)}
      ${table(
        'The split, by patient',
        [
          { text: 'Part' },
          { text: 'Patients', number: true },
          { text: 'Rows', number: true },
          { text: 'Share of patients', number: true },
          { text: 'Used for' },
        ],
        (['train', 'test'] as const).map((side) => ({
          cells: [
            side === 'train' ? 'Training part' : 'Test part',
            count(meta[side].patients),
            count(meta[side].rows),
            total === 0 ? nothing : percent(meta[side].patients / total),
            side === 'train'
              ? 'synthesizers and real-trained models learn from it'
              : 'all models are examined on it',
          ],
        })),
      )}
      ${folded(`The ${count(report.columns.length)} columns`, columns(report))}
      ${report.synthesizers.map(options)} ${reproduction(report)}`,
  );
}

function cohort({ cohort: steps }: Provenance, unit: string): Html | null {
  const first = steps[0];
  if (first === undefined) return null;
  return table(
    'Who is in: the cohort, step by step',
    [
      { text: 'Step' },
      { text: `Rows (${unit}s)`, number: true },
      { text: 'Patients', number: true },
      { text: 'Rows left' },
    ],
    steps.map((step) => {
      const left = first.rows === 0 ? 0 : step.rows / first.rows;
      return {
        cells: [
          step.step,
          count(step.rows),
          count(step.patients),
          html`<span class="left"><i style="width:${(left * 100).toFixed(1)}%"></i></span> ${percent(left)}`,
        ],
      };
    }),
  );
}

function columns(report: Report): Html {
  return table(
    'Columns of the feature table',
    [{ text: 'Column' }, { text: 'Kind' }, { text: 'Role' }, { text: 'Unit' }, { text: 'What it is' }],
    report.columns.map((c) => ({ cells: [c.name, c.kind, c.role, unitText(c.unit), c.description ?? ''] })),
  );
}

function options({ synthesizer, rows }: SynthesizerResult): Html {
  return folded(
    `Options of ${synthesizer.title}`,
    html`<p><code>${synthesizer.id}</code>, ${synthesizer.generation}, ${count(rows)} rows</p>
      <pre>${JSON.stringify(synthesizer.options, null, 2)}</pre>`,
  );
}

function reproduction({ meta }: Report): Html {
  const { provenance } = meta;
  const rows: [string, string][] = [
    ['Seed', meta.seed],
    ['Fingerprint of the program', meta.codeVersion],
    ...(provenance?.versions ?? []).map((v): [string, string] => [v.name, v.version]),
    ...(provenance?.hashes ?? []).map((h): [string, string] => [`SHA-256 of ${h.name}`, h.sha256]),
  ];
  return table(
    'To make the same again',
    [{ text: 'What' }, { text: 'Value' }],
    rows.map(([name, value]) => ({ cells: [name, html`<code>${value}</code>`] })),
  );
}
