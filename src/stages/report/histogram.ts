import * as Plot from '@observablehq/plot';
import type { Histogram } from '../document.js';
import { unitText } from './format.js';
import { html, type Html } from './html.js';
import { colours, picture } from './plot.js';

type NumericHistogram = Extract<Histogram, { type: 'numeric' }>;

/** Real rows as filled bars, synthetic rows as a line over them; heights are densities (share of rows per unit). */
export function numericHistogram(histogram: NumericHistogram): Html {
  const bars = densities(histogram.bins.filter((bin) => !isEmptyEnd(bin)));
  const first = bars[0];
  const last = bars.at(-1);
  if (first === undefined || last === undefined) return html`<p class="quiet">No values.</p>`;
  const outline = [
    { x: first.x1, y: 0 },
    ...bars.flatMap((b) => [
      { x: b.x1, y: b.synthetic },
      { x: b.x2, y: b.synthetic },
    ]),
    { x: last.x2, y: 0 },
  ];
  const unit = unitText(histogram.unit);
  return picture(`Distribution of ${histogram.column}, real against synthetic`, {
    width: 270,
    height: 118,
    marginLeft: 8,
    marginRight: 12,
    marginTop: 6,
    marginBottom: unit === '' ? 18 : 30,
    x: {
      domain: [first.x1, last.x2],
      ticks: 4,
      tickSize: 3,
      tickFormat: axisNumber,
      label: unit === '' ? null : unit,
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    y: { axis: null },
    marks: [
      Plot.rect(bars, {
        x1: 'x1',
        x2: 'x2',
        y1: 0,
        y2: 'real',
        fill: colours.real,
        fillOpacity: 0.38,
        inset: 0,
      }),
      Plot.line(outline, {
        x: 'x',
        y: 'y',
        stroke: colours.synthetic,
        strokeWidth: 1.7,
        strokeLinejoin: 'miter',
      }),
      Plot.ruleY([0], { stroke: colours.faint }),
    ],
  });
}

/** An open end that holds no row on either side would only push the drawing aside. */
function isEmptyEnd(bin: NumericHistogram['bins'][number]): boolean {
  return (bin.low === null || bin.high === null) && bin.real === 0 && bin.synthetic === 0;
}

function axisNumber(d: number): string {
  const size = Math.abs(d);
  if (size >= 1e6) return `${String(d / 1e6)}M`.replace('-', '−');
  if (size >= 1e4) return `${String(d / 1e3)}k`.replace('-', '−');
  return String(Number(d.toPrecision(6))).replace('-', '−');
}

interface Bar {
  readonly x1: number;
  readonly x2: number;
  readonly real: number;
  readonly synthetic: number;
}

/** Bins as densities; an open end is drawn as wide as the median closed bin. */
function densities(bins: NumericHistogram['bins']): Bar[] {
  const widths = bins
    .flatMap((b) => (b.low === null || b.high === null ? [] : [b.high - b.low]))
    .sort((a, b) => a - b);
  const usual = widths[Math.floor(widths.length / 2)] ?? 1;
  const real = bins.reduce((sum, b) => sum + b.real, 0);
  const synthetic = bins.reduce((sum, b) => sum + b.synthetic, 0);
  return bins.map((bin) => {
    const x1 = bin.low ?? (bin.high === null ? 0 : bin.high - usual);
    const x2 = bin.high ?? x1 + usual;
    const width = x2 > x1 ? x2 - x1 : 1;
    return {
      x1,
      x2: x1 + width,
      real: real === 0 ? 0 : bin.real / real / width,
      synthetic: synthetic === 0 ? 0 : bin.synthetic / synthetic / width,
    };
  });
}
