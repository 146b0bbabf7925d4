import { InternalError } from '../../../../core/index.js';
import type { StateOf } from '../../module/schema.js';
import { codingOf } from '../codes.js';
import { compileCondition } from '../condition.js';
import { compileExpression } from '../expression.js';
import { parts, waiting } from '../life.js';
import type { Life, Root } from '../life.js';
import { outcome } from '../program.js';
import type { CompileContext, Outcome } from '../program.js';
import { compileDuration, compileNumber } from '../quantity.js';
import type { Value } from '../values.js';

export type Run = (life: Life, root: Root) => Outcome;

const { go, wait, end, call } = outcome;

export const runNothing: Run = () => go;
export const runTerminal: Run = () => end;
export const runCall: Run = () => call;

/** Waits until a time: true when the state may go on. */
export function waitFor(life: Life, root: Root, ms: number): Outcome {
  if (ms <= 0) return go;
  root.waiting = waiting.timer;
  life.queue.set(root.slot, life.now + ms);
  return wait;
}

export function compileDelay(state: StateOf<'Delay'>): Run {
  const duration = compileDuration(state);
  if (duration === null) throw new InternalError('DELAY_TIME', 'A Delay without a time passed the loader.');
  return (life, root) => {
    if (root.resumed) {
      root.resumed = false;
      return go;
    }
    return waitFor(life, root, duration(root.rng));
  };
}

/** Collects the guards' parts for the module's watchers. */
export function compileGuard(state: StateOf<'Guard'>, context: CompileContext, reads: Set<number>): Run {
  const { test, changes, reads: mine } = compileCondition(state.allow, context);
  for (const part of mine) reads.add(part);
  return (life, root) => {
    root.resumed = false;
    if (test(life, root)) return go;
    root.waiting = waiting.guard;
    const again = changes(life, root);
    life.queue.set(root.slot, again === Infinity ? Infinity : life.stepEnd(again));
    return wait;
  };
}

export function compileSetAttribute(state: StateOf<'SetAttribute'>, context: CompileContext): Run {
  const id = context.attributes.id(state.attribute);
  context.writes.add(state.attribute);
  const value = valueOf(state, context);
  return (life, root) => {
    life.set(id, value(life, root));
    return go;
  };
}

function valueOf(
  state: StateOf<'SetAttribute'>,
  context: CompileContext,
): (life: Life, root: Root) => Value | undefined {
  if (state.expression !== undefined) {
    const expression = compileExpression(state.expression, numberOf);
    if (typeof expression === 'function') return (life) => expression(life);
  }
  const number = compileNumber(state);
  if (number !== null) return (_life, root) => number(root.rng);
  if (state.series_data !== undefined) {
    const series = state.series_data.trim().split(/\s+/u).map(Number);
    return () => series;
  }
  if (state.value_code !== undefined) {
    const coding = codingOf(state.value_code) ?? undefined;
    return () => coding;
  }
  if (state.value_attribute !== undefined) {
    context.reads.add(state.value_attribute);
    const from = context.attributes.id(state.value_attribute);
    return (life) => life.value(from);
  }
  const fixed = state.value ?? undefined;
  return () => fixed;
}

/** Number of a vital sign or attribute for expressions. */
export function numberOf(life: Life, name: string): number | undefined {
  if (life.world.isVitalSign(name) || life.vitalOverrides.has(name)) return life.vitalSign(name);
  const value = life.get(name);
  return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : undefined;
}

export function compileCounter(state: StateOf<'Counter'>, context: CompileContext): Run {
  const id = context.attributes.id(state.attribute);
  context.writes.add(state.attribute);
  const amount = state.amount === undefined || state.amount === 0 ? 1 : state.amount;
  const step = state.action === 'increment' ? amount : -amount;
  return (life) => {
    const before = life.value(id);
    life.set(id, (typeof before === 'number' ? Math.trunc(before) : 0) + step);
    return go;
  };
}

export function compileSymptom(state: StateOf<'Symptom'>, moduleName: string): Run {
  const cause =
    state.cause === undefined || state.cause === null || state.cause === '' ? moduleName : state.cause;
  const p = state.probability;
  const probability = p === undefined || p < 0 || p > 1 ? 1 : p;
  const level = compileNumber(state);
  return (life, root) => {
    if (probability < 1 && root.rng.next() > probability) return go;
    const value = level === null ? 0 : Number(level(root.rng));
    life.symptoms.set(state.symptom, cause, Math.trunc(value));
    life.touch(parts.symptoms);
    return go;
  };
}

/** A vital sign that a module sets: each reading of it draws anew from the state's range, as in Synthea. */
export function compileVitalSign(state: StateOf<'VitalSign'>, decimals: number): Run {
  const expression = state.expression === undefined ? null : compileExpression(state.expression, numberOf);
  const number = compileNumber(state);
  return (life, root) => {
    const read = (): number => {
      const value =
        typeof expression === 'function' ? expression(life) : number === null ? 0 : Number(number(root.rng));
      return Number(value.toFixed(decimals));
    };
    life.vitalOverrides.set(state.vital_sign, read);
    life.touch(parts.vitalSigns);
    return go;
  };
}
