import type { Report } from '../document.js';
import { barText, counted, decimals, interval, judged, placeText, privacyFigure } from './format.js';
import { chosen, utilityBar } from './parts.js';
import { usabilityBadges, type Badge } from './words.js';

export interface SummaryOptions {
  /** Colour the verdicts with ANSI escapes. Default: false. */
  readonly colour?: boolean;
}

const width = 100;
const tasksShown = 8;
const othersShown = 3;

/** The verdicts for a terminal: at most 25 lines of at most 100 characters (escapes not counted). */
export function renderSummary(report: Report, options: SummaryOptions = {}): string[] {
  const paint = options.colour === true ? coloured : plain;
  const lines = [
    ...head(report, paint),
    '',
    ...taskLines(report, paint),
    '',
    ...facts(report),
    ...defects(report, paint),
  ];
  return lines.map((line) => line.replace(/[\u00A0\u202F]/g, ' '));
}

type Paint = (tone: Badge['tone'], text: string) => string;
const plain: Paint = (_, text) => text;
const codes: Readonly<Record<Badge['tone'], number>> = { good: 32, care: 33, bad: 31, unknown: 90 };
const coloured: Paint = (tone, text) => `\u001B[${String(codes[tone])}m${text}\u001B[0m`;

function head({ meta, verdict }: Report, paint: Paint): string[] {
  const { sign, word, tone } = usabilityBadges[verdict.usability];
  const kind = meta.dataKind === 'real' ? meta.source.title : 'reference hospital: not real patients';
  return [
    clipped(`${oneLine(meta.title)} (${oneLine(kind)})`, width),
    paint(tone, `${sign} ${word}`),
    ...wrapped(verdict.headline, width - 2)
      .slice(0, 2)
      .map((line) => `  ${line}`),
  ];
}

function taskLines(report: Report, paint: Paint): string[] {
  const bar = utilityBar(report);
  const { tasks } = report.verdict;
  const lines = tasks.slice(0, tasksShown).map((task) => {
    const { sign, word, tone } = usabilityBadges[task.usability];
    const measured = chosen(report).utility.tasks.find((t) => t.id === task.task);
    const ratio =
      measured?.status === 'computed'
        ? `${judged(measured.ratio.value, bar)} ${interval(measured.ratio.ci)}`
        : 'not measured';
    return `  ${paint(tone, sign)} ${clipped(oneLine(task.title), 50).padEnd(50)}  ${paint(tone, word.padEnd(16))}  ${ratio}`;
  });
  const more = tasks.length - lines.length;
  return [
    `  ${'Task'.padEnd(52)}  ${'Verdict'.padEnd(16)}  TSTR / TRTR (bar ${barText(bar)})`,
    ...lines,
    ...(more > 0 ? [`    … and ${String(more)} more in the report`] : []),
  ];
}

function facts(report: Report): string[] {
  const { meta } = report;
  const best = chosen(report);
  const others = report.comparison.filter((row) => !row.chosen);
  const { privacy } = best.synthesizer;
  const aggregate = best.fidelity.placed.find((p) => p.id === 'aggregate');
  const relations = best.fidelity.placed.find((p) => p.id === 'marginals')?.place ?? null;
  const fact = (name: string, text: string): string =>
    clipped(`  ${name.padEnd(12)} ${oneLine(text)}`, width);
  return [
    fact('Synthesizer', best.synthesizer.title),
    ...others.slice(0, othersShown).map((row) => fact('Compared', comparedWith(report, row))),
    fact(
      meta.unit === 'row' ? 'Rows' : 'Patients',
      meta.unit === 'row'
        ? `${counted(meta.train.rows, 'row')} learned from, ${counted(meta.test.rows, 'row')} examined on`
        : `${counted(meta.train.patients, 'patient')} learned from, ${counted(meta.test.patients, 'patient')} examined on`,
    ),
    ...(aggregate === undefined
      ? []
      : [
          fact(
            'Likeness',
            `${decimals(aggregate.value)} of 1${relations === null ? '' : `; how values go together: ${placeText(relations)}`}`,
          ),
        ]),
    fact(
      'Privacy',
      privacy.kind === 'none'
        ? 'no formal guarantee: not differentially private, no ε is claimed'
        : `differentially private: ε = ${privacyFigure(privacy.epsilon)}, δ = ${privacyFigure(privacy.delta)} per ${privacy.unit}`,
    ),
    ...attackFact(best).map((text) => fact('Attacks', text)),
  ];
}

/** What the strongest membership attack reached, or that it could not be judged; nothing in reports from before attacks. */
function attackFact({ privacy }: Report['synthesizers'][number]): string[] {
  if (privacy === undefined) return [];
  if (privacy.status === 'not-computable') return [`could not be judged: ${privacy.reason}`];
  const strongest = privacy.attacks.find((a) => a.id === privacy.strongest);
  if (strongest === undefined) return [];
  const chance = `chance stays below ${decimals(privacy.chance.upper)}`;
  const blind = privacy.control.caught ? '' : '; planted copies were missed';
  return [`who was in it? AUC ${decimals(strongest.auc.value)} at most (0.5 = guessing; ${chance}${blind})`];
}

function comparedWith(report: Report, row: Report['comparison'][number]): string {
  const ratio =
    row.meanRatio === null ? '' : `, mean ratio ${judged(row.meanRatio.value, utilityBar(report))}`;
  return `${row.title}: ${usabilityBadges[row.usability].word.toLowerCase()}${ratio}`;
}

function defects({ findings }: Report, paint: Paint): string[] {
  const errors = findings.filter((f) => f.severity === 'error');
  const [first] = errors;
  if (first === undefined) return [];
  const more = errors.length > 1 ? ` (and ${String(errors.length - 1)} more)` : '';
  return ['', paint('bad', clipped(`✕ Do not trust these figures: ${oneLine(first.message)}${more}`, width))];
}

/** Text without line breaks or terminal escapes, whatever a name holds. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** The words of a text in lines of at most `limit` characters. */
function wrapped(text: string, limit: number): string[] {
  const lines: string[] = [];
  for (const word of oneLine(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= limit)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(clipped(word, limit));
  }
  return lines;
}
