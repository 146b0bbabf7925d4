import type { StayFiles } from '../stay/index.js';
import type { Difference } from './compare.js';
import type { Figure, StaySelection } from './types.js';

/** Numbers by path: the keys of an overrides file, joined by `|`. */
export type Numbers = Map<string, number>;

/** Share of the difference that one step takes away: less than all, for the figures depend on each other. */
const damping = 0.7;
/** Quartiles of a normal distribution lie this far apart, in standard deviations. */
const quartileSpan = 1.349;

type Both = Pick<Difference, 'real' | 'simulated'>;

/**
 * One damped step: moves each number towards what would make its figure that of the real store, were the others to stay. Levels are shifted on
 * the signal's own scale, spreads by the variance between stays that is missing, intervals of orders by their ratio, shares and risks by
 * log odds, times by their ratio.
 */
export function stepNumbers(
  differences: readonly Difference[],
  { files, unit }: { readonly files: StayFiles; readonly unit: StaySelection['unit'] },
  before: ReadonlyMap<string, number>,
): Numbers {
  const numbers: Numbers = new Map(before);
  const both = new Map(differences.map((one) => [one.id, one]));
  const figure = (id: string): Both | undefined => {
    const found = both.get(id);
    return found === undefined || found.real.value === null || found.simulated.value === null
      ? undefined
      : found;
  };
  const move = (path: string, own: number, by: Move): void => {
    const [low, high] = by.range;
    const next = by.to(numbers.get(path) ?? own);
    if (Number.isFinite(next)) numbers.set(path, rounded(Math.min(high, Math.max(low, next))));
  };
  for (const signal of files.signals.signals) moveSignal(signal, figure(`${signal.id}.level`), move);
  for (const order of files.orders.orders) moveOrder(order, { unit, figure }, move);
  moveHazards(files.hazards, figure, move);
  for (const { id, from, until } of files.support.support)
    if ((id === 'ventilation' || id === 'vasopressor') && from !== undefined && until !== undefined)
      moveSupport({ id, from, until }, figure(id), move);
  return numbers;
}

interface Move {
  readonly to: (now: number) => number;
  readonly range: readonly [number, number];
}
type Mover = (path: string, own: number, by: Move) => void;
type Finder = (id: string) => Both | undefined;
type SignalFile = StayFiles['signals']['signals'][number];
type OrderFile = StayFiles['orders']['orders'][number];

const rounded = (x: number): number => Number(x.toPrecision(5));
const logit = (p: number): number => Math.log(p / (1 - p));
const within = (p: number): number => Math.min(0.985, Math.max(0.015, p));
const expit = (x: number): number => 1 / (1 + Math.exp(-x));
/** Log odds that the simulation lacks. */
const oddsGap = ({ real, simulated }: Both): number =>
  damping * (logit(within(real.value!)) - logit(within(simulated.value!)));
const ratio = ({ real, simulated }: Both): number => (real.value! / simulated.value!) ** damping;

function moveSignal(signal: SignalFile, found: Both | undefined, move: Mover): void {
  if (found === undefined || !('baseline' in signal)) return;
  const { id, baseline, scale, limits } = signal;
  const path = `stay|signals|${id}|baseline`;
  const gap = damping * (found.real.value! - found.simulated.value!);
  if ('sign' in baseline) {
    move(`${path}|shift`, baseline.shift, { to: (now) => now + gap, range: [-60, 60] });
    return;
  }
  const log = scale === 'log';
  move(`${path}|value`, baseline.value, {
    to: (now) => (log ? now * ratio(found) : now + gap),
    range: [limits[0], limits[1]],
  });
  if (baseline.sd === 0) return;
  const missing = spread(found.real, log) ** 2 - spread(found.simulated, log) ** 2;
  move(`${path}|sd`, baseline.sd, {
    to: (now) => Math.sqrt(Math.max(0, now ** 2 + damping * missing)),
    range: [0.3 * baseline.sd, log ? 2 : 10 * baseline.sd],
  });
}

function spread({ quartiles }: Figure, log: boolean): number {
  if (quartiles === null) return 0;
  const [low, high] = quartiles;
  return (log ? Math.log(high / low) : high - low) / quartileSpan;
}

/** An order is judged by the first of its signals that both sides give. */
function moveOrder(
  { id, signals, hours, share, arrival }: OrderFile,
  { unit, figure }: { readonly unit: StaySelection['unit']; readonly figure: Finder },
  move: Mover,
): void {
  const path = `stay|orders|${id}`;
  const pace = signals.map((signal) => figure(`${signal}.perDay`)).find((one) => one !== undefined);
  if (pace !== undefined)
    for (const place of ['ed', 'ward', 'icu'] as const)
      move(`${path}|hours|${place}`, hours[place], {
        to: (now) => now / ratio(pace),
        range: [Math.max(0.25, hours[place] / 8), hours[place] * 8],
      });
  const measured = signals.map((signal) => figure(`${signal}.measured`)).find((one) => one !== undefined);
  if (measured === undefined) return;
  const towards: Move = {
    to: (now) => expit(logit(within(now)) + oddsGap(measured)),
    range: [0.005, 1],
  };
  for (const place of ['ed', 'ward', 'icu'] as const) move(`${path}|share|${place}`, share[place], towards);
  // what is ordered at arrival lies before a stay in intensive care
  if (unit === 'hospital') move(`${path}|arrival`, arrival, towards);
}

function moveHazards(hazards: StayFiles['hazards'], figure: Finder, move: Mover): void {
  const { death, comfort, refractory, hospital, intensive } = hazards;
  const path = 'stay|hazards';
  const mortality = figure('mortality');
  if (mortality !== undefined) {
    move(`${path}|death|atZero`, death.atZero, {
      to: (now) => now + 1.2 * oddsGap(mortality),
      range: [-22, -8],
    });
    move(`${path}|comfort|atZero`, comfort.atZero, {
      to: (now) => now + 0.8 * oddsGap(mortality),
      range: [-18, -6],
    });
  }
  const [old, young] = [figure('mortality.age.75'), figure('mortality.age.45')];
  if (old !== undefined && young !== undefined) {
    const steeper = 0.3 * (oddsGap(old) - oddsGap(young));
    for (const [name, own] of [
      ['comfort', comfort],
      ['refractory', refractory],
    ] as const)
      move(`${path}|${name}|perDecadeAbove60`, own.perDecadeAbove60, {
        to: (now) => now + steeper,
        range: [0, 1.5],
      });
  }
  const days = figure('los.hospital');
  if (days !== undefined)
    move(`${path}|hospital|recovery`, hospital.recovery, { to: (now) => now * ratio(days), range: [0.2, 5] });
  const icuDays = figure('los.icu');
  if (icuDays !== undefined)
    move(`${path}|intensive|forHours`, intensive.forHours, {
      to: (now) => now * ratio(icuDays),
      range: [1, 72],
    });
  const icu = figure('icu');
  if (icu !== undefined)
    for (const name of ['above', 'below'] as const)
      move(`${path}|intensive|${name}`, intensive[name], {
        to: (now) => now - 0.5 * oddsGap(icu),
        range: [intensive[name] - 1.5, intensive[name] + 1.5],
      });
}

function moveSupport(
  { id, from, until }: { readonly id: string; readonly from: number; readonly until: number },
  found: Both | undefined,
  move: Mover,
): void {
  if (found === undefined) return;
  const lower: (own: number) => Move = (own) => ({
    to: (now) => now - 0.5 * oddsGap(found),
    range: [own - 1.2, own + 1.5],
  });
  move(`stay|support|${id}|from`, from, lower(from));
  move(`stay|support|${id}|until`, until, lower(until));
}

/** Numbers by path as the tree of an overrides file. */
export function numberTree(numbers: ReadonlyMap<string, number>, root: string): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const [path, value] of numbers) {
    const [first, ...keys] = path.split('|');
    if (first !== root) continue;
    let at = tree;
    for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
    at[keys.at(-1)!] = value;
  }
  return tree;
}
