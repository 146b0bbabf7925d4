import type { AttackFigures, PrivacyDetail, Report, SynthesizerResult } from '../../document.js';
import { attackAreas, distancePicture, logRoc } from '../attack-charts.js';
import { count, decimals, nothing, percent, privacyFigure, sentence } from '../format.js';
import { html, type Html } from '../html.js';
import { badge, chosen, folded, isComputed, section, table } from '../parts.js';
import { verdictBadges } from '../words.js';

type Computed = Extract<PrivacyDetail, { status: 'computed' }>;

/** What attackers found out about the people whose records were learned from. */
export function privacy(report: Report): Html | null {
  if (report.synthesizers.every((s) => s.privacy === undefined)) return null;
  const [best, ...others] = report.synthesizers;
  return section(
    'privacy',
    'Can somebody be recognised in it?',
    html`<p>
        An attacker who holds the synthetic rows asks of a person whose record they know: was it learned from?
        The attacks were tried on ${targets(report)}. None of them sees the program or its model, and none
        proves that a stronger one would
        fail${chosen(report).synthesizer.privacy.kind === 'dp' ? '; only the claim of differential privacy bounds every attack' : ''}.
      </p>
      ${best !== undefined && body(best)}
      ${others.map((other) => folded(html`Attacks on ${other.synthesizer.title}`, body(other)))}`,
  );
}

function targets(report: Report): string {
  const detail = chosen(report).privacy;
  if (detail?.status !== 'computed') return 'training records and on as many that were held back';
  const { members, others, reference } = detail.targets;
  return `${count(members)} training records and ${count(others)} that were held back; ${count(reference)} further held-back records stand for what the attacker knows of the population`;
}

function body(result: SynthesizerResult): Html {
  const detail = result.privacy;
  const layer = result.layers.find((l) => l.id === 'privacy');
  if (detail === undefined || layer === undefined) return html`<p>No attack was tried.</p>`;
  const verdict = html`<p>
    ${badge(verdictBadges[layer.verdict])} <strong>${result.synthesizer.title}.</strong> ${layer.reason}
  </p>`;
  if (detail.status === 'not-computable') {
    return html`${verdict}
      <p class="reason"><strong>Could not be computed.</strong> ${sentence(detail.reason)}</p>
      ${claim(result)}`;
  }
  return html`${verdict} ${claim(result)} ${control(detail)} ${pictures(result, detail)}
  ${attackTable(detail)} ${attributes(detail)} ${distances(detail)}`;
}

function claim({ synthesizer }: SynthesizerResult): Html {
  const { privacy: made } = synthesizer;
  return made.kind === 'dp'
    ? html`<p>
        <strong>Claim:</strong> differentially private with ε = ${privacyFigure(made.epsilon)}, δ =
        ${privacyFigure(made.delta)} per ${made.unit}. It holds against every attack, and stands or falls with
        the program; the attacks below are a check on it.
      </p>`
    : html`<p><strong>Claim:</strong> none. ${sentence(made.reason)}</p>`;
}

function control({ control: c, chance, attacks }: Computed): Html {
  const found = c.tpr === null ? '' : ` and found ${percent(c.tpr)} of the members at 1 % false alarms`;
  return html`<p>
    <strong>Can the attacks see anything at all?</strong> ${
      c.caught
        ? `Yes: with ${count(c.copies)} copies of training records planted among the rows, the strongest reached an AUC of ${decimals(c.auc)}${found}; on a full copy it would reach ${decimals(c.copy)}.`
        : `No: ${count(c.copies)} planted copies of training records went unnoticed (AUC ${decimals(c.auc)}), so finding nothing proves nothing.`
    } <strong>What would chance do?</strong> The strongest of ${String(attacks.length)} attacks lies above 0.5
    even where there is nothing to find: with membership dealt out at random it stays below
    ${decimals(chance.upper)} in 95 of 100 cases, and reaches the figure found here in ${percent(chance.p)}.
  </p>`;
}

function pictures(result: SynthesizerResult, detail: Computed): Html {
  const metric = result.layers.flatMap((l) => l.metrics).find((m) => m.id === 'privacy.membership');
  const bar = metric !== undefined && isComputed(metric) ? (metric.threshold ?? 0.55) : 0.55;
  const strongest = detail.attacks.find((a) => a.id === detail.strongest)?.title ?? detail.strongest;
  return html`<div class="panels">
    <figure class="wide">
      <figcaption>
        AUC of each attack
        <span class="quiet"
          >filled: all targets; hollow: the ${count(detail.targets.remote)} most remote; shaded: what chance
          makes of the strongest</span
        >
      </figcaption>
      ${attackAreas(detail.attacks, { bar, chance: detail.chance.upper })}
    </figure>
    <figure class="panel">
      <figcaption>
        Few false alarms <span class="quiet">logarithmic axes; bold: ${strongest}; dotted: guessing</span>
      </figcaption>
      ${logRoc(detail.attacks, detail.strongest)}
    </figure>
    <figure class="wide">
      <figcaption>
        Distance to the nearest synthetic row
        <span class="quiet"
          >line: members; filled: others. One shape for both means that nearness tells nothing</span
        >
      </figcaption>
      ${distancePicture(detail.distances.histogram) ?? html`<p class="quiet">Too few records for a picture.</p>`}
    </figure>
  </div>`;
}

function attackTable(detail: Computed): Html {
  const rate = (i: number): string =>
    `${String(Number((100 * (detail.rates[i] ?? 0)).toPrecision(3)))}\u00A0%`;
  const cell = (f: { value: number; low: number; high: number } | undefined, digits: number): string =>
    f === undefined
      ? nothing
      : `${decimals(f.value, digits)} [${decimals(f.low, digits)}–${decimals(f.high, digits)}]`;
  const row = (a: AttackFigures) => ({
    className: a.id === detail.strongest ? 'chosen' : '',
    cells: [
      html`${a.title}${a.id === detail.strongest && html` <span class="tag">strongest</span>`}`,
      cell(a.auc, 3),
      ...detail.rates.map((_, i) => cell(a.tpr[i], 3)),
      cell(a.remote?.auc, 3),
      decimals(a.heldOut),
      decimals(a.planted.auc),
    ],
  });
  return html`${table(
    'Membership attacks',
    [
      { text: 'Attack' },
      { text: 'AUC [interval]', number: true },
      ...detail.rates.map((_, i) => ({ text: `Found at ${rate(i)} false alarms`, number: true })),
      { text: 'AUC on remote records', number: true },
      { text: 'Control: nobody is a member', number: true },
      { text: 'Control: a tenth copied', number: true },
    ],
    detail.attacks.map(row),
  )}
  ${folded(
    'What each attack looks at',
    html`<dl class="reasons">
      ${detail.attacks.map(
        (a) =>
          html`<div>
            <dt>${a.title}</dt>
            <dd>${a.idea} <span class="quiet">${sentence(a.source)}</span></dd>
          </div>`,
      )}
    </dl>`,
  )}`;
}

function attributes({ attributes: list }: Computed): Html | null {
  if (list.length === 0) return null;
  return html`<h3>Can a hidden value be guessed?</h3>
    <p>
      One column of a known person is hidden and guessed from the nearest synthetic row. What the rows teach
      about everybody helps with people who were never learned from as well; only what is above that is owed
      to membership.
    </p>
    ${table(
      'Share of right guesses',
      [
        { text: 'Hidden column' },
        { text: 'About members', number: true },
        { text: 'About others', number: true },
        { text: 'Advantage [interval]', number: true },
        { text: 'From real rows of others', number: true },
        { text: 'Always the most frequent', number: true },
      ],
      list.map((a) => ({
        cells: [
          a.column,
          percent(a.members),
          percent(a.others),
          `${decimals(a.advantage.value)} [${decimals(a.advantage.low)} to ${decimals(a.advantage.high)}]`,
          percent(a.realRows),
          percent(a.majority),
        ],
      })),
    )}`;
}

function distances({ distances: d }: Computed): Html {
  return html`<h3>How near is the nearest record?</h3>
    <p>
      ${percent(d.share.value)} of the rows lie nearer to a training record than to a held-back one (50 %
      would be even). Half of them lie within ${decimals(d.median, 2)} of a training record, fresh real
      records within ${decimals(d.realMedian, 2)}; ${percent(d.below.value)} lie nearer than 95 % of fresh
      real records do (5 % would be even).
      <span class="quiet"
        >Distance: differences of numbers in standard deviations plus one for each unequal category. An aside:
        such measures miss what the attacks find.</span
      >
    </p>`;
}
