import type { Report } from '../../document.js';
import { html, type Html } from '../html.js';
import { section } from '../parts.js';
import { glossary, sources } from '../words.js';

/** Glossary in plain words, methods and where they come from. */
export function words(report: Report): Html {
  return section(
    'words',
    'Words and methods',
    html`<dl class="glossary">
        ${glossary.map(
          ({ term, meaning }) =>
            html`<div>
              <dt>${term}</dt>
              <dd>${meaning}</dd>
            </div>`,
        )}
      </dl>
      <h3>Methods</h3>
      <p>
        Intervals: ${intervalMethods(report)}. Rounding is for reading only: judgements use the unrounded
        figures, which stand in <code>report.json</code>.
      </p>
      <ul class="sources">
        ${sources.map(({ what, where }) => html`<li><strong>${what}.</strong> ${where}</li>`)}
      </ul>`,
  );
}

/** The named methods of the intervals in use, each once. */
function intervalMethods(report: Report): string {
  const used = report.synthesizers.flatMap((s) => [
    ...(s.utility.meanRatio === null ? [] : [s.utility.meanRatio.ci.method]),
    ...s.utility.tasks.flatMap((t) => (t.status === 'computed' ? [t.ratio.ci.method] : [])),
  ]);
  const unique = [...new Set(used)];
  return unique.length === 0 ? 'none were computed' : unique.join('; ');
}
