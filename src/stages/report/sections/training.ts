import type { Report, Training } from '../../document.js';
import { count, figure, percent } from '../format.js';
import { html, type Html } from '../html.js';
import { section, synthesizerName } from '../parts.js';
import { trainingChart } from '../training-chart.js';

/** How the networks were trained; null where none was. */
export function training(report: Report): Html | null {
  const trained = report.synthesizers.flatMap(({ synthesizer }, i) =>
    synthesizer.training === undefined
      ? []
      : [{ name: synthesizerName(report, i), training: synthesizer.training }],
  );
  if (trained.length === 0) return null;
  const losses = trained.some(({ training: one }) => one.kind === 'passes');
  return section(
    'training',
    'How the networks learned',
    html`${
      losses &&
      html`<p>
        After each pass over the rows a network is tried on rows that it does not learn from. Two lines that
        fall and stay together are a sound training; a line of rows set aside that turns upwards while the
        other falls would be learning by heart, which is why the parameters of its lowest point are kept.
      </p>`
    }
    ${trained.map(({ name, training: one }) => card(name, one))}`,
  );
}

function card(name: string, one: Training): Html {
  if (one.kind === 'noise') {
    return html`<h3>${name}</h3>
      <p>
        Trained privately: ${count(one.steps)} steps; in each every unit takes part with a probability of
        ${percent(one.rate)}, and noise of ${figure(one.noise)} times what one unit can change is added to
        each of ${count(one.size)} parameters. No loss of a record was looked at, so there is no curve, and
        nothing decided when to stop.
      </p>`;
  }
  return html`<h3>${name}</h3>
    <p>${told(one)} ${one.loss.startsWith('critic') && critic}</p>
    <ul class="legend">
      ${entry('var(--real)', 'none', 'rows learned from')}
      ${entry('var(--synthetic)', '5 3', 'rows set aside')}
    </ul>
    <div class="panels"><figure class="wide">${trainingChart(name, one)}</figure></div>`;
}

/** What the curve of an adversarial training cannot say. */
const critic =
  "The critic's distance says how well real and made rows are told apart by then, not how good the rows are; so the last pass is kept.";

function entry(colour: string, dash: string, name: string): Html {
  return html`<li>
    <svg width="30" height="10" aria-hidden="true">
      <line x1="0" x2="30" y1="5" y2="5" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}" />
    </svg>
    ${name}
  </li>`;
}

/** How training ended, in a sentence or two. */
function told({ passes, kept, stopped, loss }: Extract<Training, { kind: 'passes' }>): string {
  const { training: own, validation } = passes[kept - 1]!;
  const figures = `${figure(own)} on rows learned from, ${figure(validation)} on rows set aside (${loss})`;
  const ended =
    stopped === 'no-gain'
      ? `Training ended after ${count(passes.length)} passes, since the loss of the rows set aside fell no more.`
      : passes.length === 1
        ? 'One pass was made.'
        : `All ${count(passes.length)} passes were made.`;
  return `${ended} The parameters of pass ${count(kept)} were kept: ${figures}.`;
}
