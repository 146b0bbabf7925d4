import * as Plot from '@observablehq/plot';
import type { AttackFigures, DistanceFigures, Side } from '../document.js';
import { decimals } from './format.js';
import type { Html } from './html.js';
import { colours, picture } from './plot.js';

/** People who were in the training data, and people who were not. */
const memberColour = 'var(--other-1)';
const otherColour = 'var(--faint)';

/** One side of the triangle: the figure with its interval on the way from the worst (left) to the ideal (right). */
export function sideStrip(side: Side, tone: string): Html | null {
  const { figure, bar, ideal, worst, goal } = side;
  if (figure === null) return null;
  const span = Math.abs(ideal - bar);
  const reach = Math.max(2.6 * span, Math.abs(ideal - figure.value) * 1.25, Math.abs(ideal - figure.low));
  const left = goal === 'max' ? Math.max(worst, ideal - reach) : Math.min(worst, ideal + reach);
  const right = goal === 'max' ? ideal + 0.35 * span : ideal - 0.35 * span;
  const inside = (x: number): number => Math.min(Math.max(left, right), Math.max(Math.min(left, right), x));
  const colour = `var(--${tone})`;
  const label = `${side.title}: ${decimals(figure.value)}, bar ${String(bar)}, ideal ${String(ideal)}`;
  return picture(label, {
    width: 330,
    height: 58,
    marginLeft: 14,
    marginRight: 14,
    marginTop: 18,
    marginBottom: 20,
    x: {
      domain: [left, right],
      label: null,
      ticks: 4,
      tickSize: 3,
      tickFormat: (d: number) => decimals(d, 2),
    },
    y: { axis: null, domain: [-1, 1] },
    marks: [
      Plot.rect([0], { x1: bar, x2: right, y1: -1, y2: 1, fill: 'var(--good)', fillOpacity: 0.12 }),
      Plot.ruleX([bar], { stroke: 'var(--good)', strokeWidth: 1.5, strokeDasharray: '4 3' }),
      Plot.ruleX([ideal], { stroke: colours.faint, strokeOpacity: 0.7 }),
      Plot.text([`bar ${decimals(bar, 2)}`], {
        x: bar,
        frameAnchor: 'top',
        dy: -14,
        textAnchor: 'middle',
      }),
      Plot.text(['ideal'], { x: ideal, frameAnchor: 'top', dy: -14, textAnchor: 'middle' }),
      Plot.link([0], {
        x1: inside(figure.low),
        x2: inside(figure.high),
        y1: 0,
        y2: 0,
        stroke: colour,
        strokeWidth: 2.5,
      }),
      Plot.dot([0], {
        x: inside(figure.value),
        y: 0,
        r: 6,
        fill: colour,
        stroke: 'var(--card)',
        strokeWidth: 1.5,
      }),
    ],
  });
}

/** Areas of all attacks with their intervals, on all targets (filled) and on remote ones (hollow). */
export function attackAreas(
  attacks: readonly AttackFigures[],
  scale: { readonly bar: number; readonly chance: number },
): Html {
  const points = attacks.flatMap((a) => [
    { name: a.title, remote: false, ...a.auc },
    ...(a.remote === null ? [] : [{ name: a.title, remote: true, ...a.remote.auc }]),
  ]);
  const label = `AUC of each attack: ${attacks.map((a) => `${a.title} ${decimals(a.auc.value)}`).join('; ')}`;
  const low = Math.min(0.44, ...points.map((p) => p.low));
  const high = Math.max(0.6, ...points.map((p) => p.high));
  const offset = (p: { remote: boolean }): number => (p.remote ? 5 : -4);
  const style = { y: 'name', stroke: memberColour };
  const marks = [true, false].flatMap((remote) => {
    const here = points.filter((p) => p.remote === remote);
    const dy = offset({ remote });
    return [
      Plot.link(here, {
        ...style,
        x1: 'low',
        x2: 'high',
        strokeWidth: remote ? 1.2 : 2.4,
        strokeOpacity: remote ? 0.7 : 1,
        dy,
      }),
      Plot.dot(here, {
        ...style,
        x: 'value',
        r: remote ? 3.5 : 5,
        strokeWidth: 1.6,
        fill: remote ? 'var(--card)' : memberColour,
        dy,
      }),
    ];
  });
  return picture(label, {
    width: 540,
    height: 56 + attacks.length * 27,
    marginLeft: 196,
    marginRight: 18,
    marginTop: 16,
    marginBottom: 32,
    x: {
      domain: [Math.floor(low * 20) / 20, Math.ceil(high * 20) / 20],
      ticks: 5,
      tickSize: 3,
      label: 'AUC (0.5 = guessing)',
      labelAnchor: 'center',
      labelArrow: 'none',
      tickFormat: (d: number) => decimals(d, 2),
    },
    y: { label: null, domain: attacks.map((a) => a.title), tickSize: 0 },
    marks: [
      Plot.rect([0], {
        x1: Math.floor(low * 20) / 20,
        x2: scale.chance,
        fill: colours.line,
        fillOpacity: 0.35,
      }),
      Plot.ruleX([0.5], { stroke: colours.faint }),
      Plot.ruleX([scale.bar], { stroke: 'var(--bad)', strokeWidth: 1.5, strokeDasharray: '4 3' }),
      Plot.text([`bar ${decimals(scale.bar, 2)}`], { x: scale.bar, frameAnchor: 'top', dy: -12 }),
      ...marks,
    ],
  });
}

/** ROC curves on logarithmic axes: what an attacker finds who can afford few false alarms. */
export function logRoc(attacks: readonly AttackFigures[], strongest: string): Html {
  const lowest = attacks[0]?.curve[0]?.[0] ?? 0.001;
  const floor = lowest / 2;
  const points = (a: AttackFigures): [number, number][] =>
    a.curve.map(([x, y]): [number, number] => [x, Math.max(floor, y)]);
  const best = attacks.find((a) => a.id === strongest);
  const label = `ROC curves of the attacks on logarithmic axes; strongest: ${best?.title ?? strongest}`;
  const axis = {
    type: 'log' as const,
    tickFormat: (d: number) => `${String(Number((d * 100).toPrecision(2)))} %`,
    ticks: 3,
    tickSize: 3,
  };
  return picture(label, {
    width: 330,
    height: 320,
    marginLeft: 52,
    marginBottom: 36,
    marginTop: 18,
    marginRight: 16,
    x: {
      ...axis,
      domain: [lowest, 1],
      label: 'false alarms',
      labelAnchor: 'center',
      labelArrow: 'none',
    },
    y: { ...axis, domain: [floor, 1], label: 'members found', labelArrow: 'none' },
    marks: [
      Plot.frame({ stroke: colours.line }),
      Plot.line(
        [
          [lowest, lowest],
          [1, 1],
        ],
        { stroke: colours.ink, strokeDasharray: '2 4' },
      ),
      ...attacks
        .filter((a) => a.id !== strongest)
        .map((a) => Plot.line(points(a), { stroke: otherColour, strokeOpacity: 0.55, strokeWidth: 1 })),
      ...(best === undefined ? [] : [Plot.line(points(best), { stroke: memberColour, strokeWidth: 2.4 })]),
    ],
  });
}

/** How far members and others lie from the nearest synthetic row, as densities. */
export function distancePicture(histogram: DistanceFigures['histogram']): Html | null {
  const closed = histogram.flatMap((bin) => (bin.high === null ? [] : [{ ...bin, high: bin.high }]));
  if (closed.length < 2) return null;
  const totals = {
    members: histogram.reduce((n, b) => n + b.members, 0),
    others: histogram.reduce((n, b) => n + b.others, 0),
  };
  const density =
    (side: 'members' | 'others') =>
    (bin: (typeof closed)[number]): number =>
      bin[side] / totals[side] / (bin.high - bin.low);
  const steps = (side: 'members' | 'others'): [number, number][] =>
    closed.flatMap((bin): [number, number][] => [
      [bin.low, density(side)(bin)],
      [bin.high, density(side)(bin)],
    ]);
  return picture('Distance to the nearest synthetic row: members and others, as densities', {
    width: 420,
    height: 250,
    marginLeft: 16,
    marginRight: 12,
    marginTop: 10,
    marginBottom: 34,
    x: {
      label: 'distance to the nearest synthetic row',
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: 6,
    },
    y: { axis: null },
    marks: [
      Plot.rect(closed, {
        x1: 'low',
        x2: 'high',
        y1: 0,
        y2: density('others'),
        fill: otherColour,
        fillOpacity: 0.3,
      }),
      Plot.line(steps('members'), { stroke: memberColour, strokeWidth: 2 }),
      Plot.ruleY([0], { stroke: colours.faint }),
    ],
  });
}
