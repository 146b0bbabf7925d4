import * as Plot from '@observablehq/plot';
import type { Training } from '../document.js';
import { count, figure } from './format.js';
import type { Html } from './html.js';
import { colours, picture } from './plot.js';

type Passes = Extract<Training, { kind: 'passes' }>;

/** A small picture shows no more points of a line. */
const MOST_POINTS = 200;

/** A tick of the losses, with no more digits than it needs. */
const tick = (d: number): string => String(Number(d.toPrecision(6))).replace('-', '−');

/** Loss by pass, of the rows learned from and of those set aside, and the pass that was kept. */
export function trainingChart(title: string, { passes, kept, loss }: Passes): Html {
  const step = Math.max(1, Math.ceil(passes.length / MOST_POINTS));
  const points = passes
    .map((pass, i) => ({ ...pass, pass: i + 1 }))
    .filter(({ pass }) => pass % step === 0 || pass === 1 || pass === kept || pass === passes.length);
  const last = passes.at(-1)!;
  const best = passes[kept - 1]!;
  const label =
    `Training of ${title}: ${loss}, from ${figure(passes[0]!.training)} to ${figure(last.training)} in ${count(passes.length)} passes; ` +
    `rows set aside from ${figure(passes[0]!.validation)}, ${figure(best.validation)} in pass ${count(kept)}, which was kept`;
  return picture(label, {
    width: 440,
    height: 220,
    marginLeft: 54,
    marginRight: 18,
    marginTop: 22,
    marginBottom: 34,
    x: {
      domain: [1, Math.max(2, passes.length)],
      ticks: Math.min(6, passes.length),
      tickSize: 3,
      label: 'pass',
      labelAnchor: 'center',
      labelArrow: 'none',
      tickFormat: (d: number) => (Number.isInteger(d) ? count(d) : ''),
    },
    y: { ticks: 4, tickSize: 3, nice: true, label: loss, labelArrow: 'none', tickFormat: tick },
    marks: [
      Plot.gridY({ stroke: colours.line, strokeOpacity: 1, ticks: 4 }),
      Plot.ruleX([kept], { stroke: colours.faint, strokeDasharray: '4 3' }),
      Plot.line(points, { x: 'pass', y: 'training', stroke: colours.real, strokeWidth: 2.2 }),
      Plot.line(points, {
        x: 'pass',
        y: 'validation',
        stroke: colours.synthetic,
        strokeWidth: 1.8,
        strokeDasharray: '5 3',
      }),
      Plot.dot([{ pass: kept, ...best }], { x: 'pass', y: 'validation', r: 5, fill: colours.synthetic }),
    ],
  });
}
