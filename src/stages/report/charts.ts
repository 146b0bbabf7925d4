import * as Plot from '@observablehq/plot';
import type { Ratio, Roc } from '../document.js';
import type { Interval } from '../metric.js';
import { decimals, interval } from './format.js';
import type { Html } from './html.js';
import { colours, picture, synthesizerColour, synthesizerDash } from './plot.js';

/** The stretch of ratios that all strips of a page share. */
export type Domain = readonly [number, number];

/** A domain that holds 1, the bar and the intervals, but not the last inch of a hopeless one. */
export function ratioDomain(ratios: readonly Ratio[], bar: number): Domain {
  const lows = ratios.map((r) => Math.min(r.value, r.ci.low));
  const highs = ratios.map((r) => Math.max(r.value, r.ci.high));
  const low = Math.max(0.4, Math.min(bar - 0.06, ...lows));
  const high = Math.min(1.6, Math.max(1.04, ...highs));
  return [Math.floor(low * 20) / 20, Math.ceil(high * 20) / 20];
}

/** A ratio and its interval against the bar: a dot with whiskers. */
export function ratioStrip(ratio: Ratio, bar: number, tone: string, domain: Domain): Html {
  const x = (value: number): number => Math.min(domain[1], Math.max(domain[0], value));
  const colour = `var(--${tone})`;
  return picture(`Ratio ${decimals(ratio.value)} ${interval(ratio.ci)}, bar at ${decimals(bar, 2)}`, {
    width: 340,
    height: 46,
    marginLeft: 14,
    marginRight: 14,
    marginTop: 8,
    marginBottom: 18,
    x: { domain: [...domain], label: null, ticks: 5, tickSize: 3, tickFormat: (d: number) => decimals(d, 2) },
    y: { axis: null, domain: [-1, 1] },
    marks: [
      Plot.rect([0], { x1: bar, x2: domain[1], y1: -1, y2: 1, fill: 'var(--good)', fillOpacity: 0.1 }),
      Plot.ruleX([1], { stroke: colours.faint, strokeOpacity: 0.6 }),
      Plot.ruleX([bar], { stroke: 'var(--good)', strokeWidth: 1.5, strokeDasharray: '4 3' }),
      Plot.link([0], {
        x1: x(ratio.ci.low),
        x2: x(ratio.ci.high),
        y1: 0,
        y2: 0,
        stroke: colour,
        strokeWidth: 2.5,
      }),
      Plot.dot([0], {
        x: x(ratio.value),
        y: 0,
        r: 5.5,
        fill: colour,
        stroke: 'var(--card)',
        strokeWidth: 1.5,
      }),
    ],
  });
}

/** A curve of a ROC picture; `index` counts synthesizers, null = trained on real rows. */
export interface RocCurve {
  readonly name: string;
  readonly index: number | null;
  readonly auc: number;
  readonly roc: Roc;
}

/** ROC curves of one model on the same real test rows: trained on real rows, and on each synthesizer's. */
export function rocPanel(title: string, curves: readonly RocCurve[]): Html {
  const label = `ROC curves, ${title}: ${curves.map((c) => `${c.name} AUC ${decimals(c.auc)}`).join('; ')}`;
  return picture(label, {
    width: 250,
    height: 252,
    marginLeft: 46,
    marginBottom: 34,
    marginTop: 18,
    marginRight: 18,
    x: {
      domain: [0, 1],
      ticks: 3,
      tickSize: 3,
      label: 'false alarms',
      labelAnchor: 'center',
      labelArrow: 'none',
      tickFormat: share,
    },
    y: { domain: [0, 1], ticks: 3, tickSize: 3, label: 'true cases found', tickFormat: share },
    marks: [
      Plot.frame({ stroke: colours.line }),
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: colours.faint, strokeDasharray: '2 4' },
      ),
      ...curves.map((curve) =>
        Plot.line(thinned(curve.roc), {
          stroke: curve.index === null ? colours.real : synthesizerColour(curve.index),
          strokeWidth: curve.index === null ? 2.6 : 1.8,
          strokeDasharray: curve.index === null ? 'none' : synthesizerDash(curve.index),
        }),
      ),
    ],
  });
}

/** One AUC of an {@link aucChart}; `index` counts synthesizers, null = trained on real rows. */
export interface AucPoint {
  readonly name: string;
  readonly index: number | null;
  readonly auc: number;
  readonly ci: Interval;
}

/** AUCs with their intervals under one another, a group for each model. */
export function aucChart(
  title: string,
  groups: readonly { readonly model: string; readonly points: readonly AucPoint[] }[],
): Html {
  const rows = groups.flatMap(({ model, points }, g) => [
    { key: String(g), text: model, point: null },
    ...points.map((point, i) => ({ key: `${String(g)}.${String(i)}`, text: clipped(point.name), point })),
  ]);
  const dots = rows.flatMap(({ key, point }) => (point === null ? [] : [{ key, ...point }]));
  const low = Math.min(...dots.map((d) => d.ci.low));
  const high = Math.max(...dots.map((d) => d.ci.high));
  const colour = (d: { index: number | null }): string =>
    d.index === null ? colours.real : synthesizerColour(d.index);
  const label = `AUC, ${title}: ${dots.map((d) => `${d.name} ${decimals(d.auc)} ${interval(d.ci)}`).join('; ')}`;
  const left = 172;
  return picture(label, {
    width: 440,
    height: 40 + rows.length * 22,
    marginLeft: left,
    marginRight: 14,
    marginTop: 4,
    marginBottom: 32,
    x: {
      domain: [Math.floor(low * 20) / 20, Math.ceil(high * 20) / 20],
      ticks: 4,
      tickSize: 3,
      label: 'AUC',
      labelAnchor: 'center',
      labelArrow: 'none',
      tickFormat: (d: number) => decimals(d, 2),
    },
    y: { axis: null, domain: rows.map((r) => r.key) },
    marks: [
      Plot.gridX({ stroke: colours.line, strokeOpacity: 1, ticks: 4 }),
      names(
        rows.filter((r) => r.point === null),
        { dx: 4 - left, fontWeight: 'bold' },
      ),
      names(
        rows.filter((r) => r.point !== null),
        { dx: 16 - left },
      ),
      Plot.link(dots, {
        y: 'key',
        x1: (d: AucPoint) => d.ci.low,
        x2: (d: AucPoint) => d.ci.high,
        stroke: colour,
        strokeWidth: 2.5,
      }),
      Plot.dot(dots, {
        y: 'key',
        x: 'auc',
        r: 5,
        stroke: colour,
        strokeWidth: 2,
        fill: (d: AucPoint) => (d.index === null || d.index === 0 ? colour(d) : 'var(--card)'),
      }),
    ],
    color: { type: 'identity' },
  });
}

function names(rows: readonly { key: string; text: string }[], style: Plot.TextOptions): Plot.Text {
  return Plot.text(rows, { y: 'key', text: 'text', frameAnchor: 'left', textAnchor: 'start', ...style });
}

function clipped(name: string): string {
  return name.length <= 26 ? name : `${name.slice(0, 25)}…`;
}

const share = (d: number): string => `${String(Math.round(d * 100))} %`;

/** At most about 100 points: a small picture shows no more. */
function thinned(roc: Roc): [number, number][] {
  const step = Math.max(1, Math.ceil(roc.length / 100));
  return roc.filter((_, i) => i % step === 0 || i === roc.length - 1);
}

/** A point on the way from floor (0) to ceiling (1); `index` counts synthesizers. */
export interface PlacedPoint {
  readonly name: string;
  readonly index: number;
  readonly place: number;
}

const placeLow = -0.25;
const placeHigh = 1.25;

/** Where similarities lie between floor and ceiling. Points further out are drawn at the edge as triangles. */
export function placeStrip(title: string, points: readonly PlacedPoint[]): Html {
  const label = `${title}, between floor (0) and ceiling (1): ${points.map((p) => `${p.name} ${decimals(p.place, 2)}`).join('; ')}`;
  const inside = points.filter((p) => p.place >= placeLow && p.place <= placeHigh);
  const left = points.filter((p) => p.place < placeLow);
  const right = points.filter((p) => p.place > placeHigh);
  const style = (list: readonly PlacedPoint[]) => ({
    fill: (p: PlacedPoint) => (p.index === 0 ? synthesizerColour(0) : 'var(--card)'),
    stroke: (p: PlacedPoint) => synthesizerColour(p.index),
    strokeWidth: 2,
    y: list.map(() => 0),
  });
  return picture(label, {
    width: 380,
    height: 44,
    marginLeft: 12,
    marginRight: 12,
    marginTop: 6,
    marginBottom: 22,
    x: {
      domain: [placeLow, placeHigh],
      ticks: [0, 0.5, 1],
      tickSize: 3,
      label: null,
      tickFormat: (d: number) => (d === 0 ? 'floor' : d === 1 ? 'ceiling' : 'halfway'),
    },
    y: { axis: null, domain: [-1, 1] },
    color: { type: 'identity' },
    marks: [
      Plot.rect([0], {
        x1: placeLow,
        x2: placeHigh,
        y1: -0.35,
        y2: 0.35,
        fill: colours.line,
        fillOpacity: 0.45,
      }),
      Plot.rect([0], { x1: 0, x2: 1, y1: -0.35, y2: 0.35, fill: 'var(--good)', fillOpacity: 0.28 }),
      Plot.ruleX([0, 1], { stroke: colours.faint }),
      Plot.dot([...inside].reverse(), { x: 'place', r: 5.5, ...style(inside) }),
      Plot.dot(left, { x: () => placeLow, r: 6, symbol: 'triangle', rotate: -90, ...style(left) }),
      Plot.dot(right, { x: () => placeHigh, r: 6, symbol: 'triangle', rotate: 90, ...style(right) }),
    ],
  });
}
