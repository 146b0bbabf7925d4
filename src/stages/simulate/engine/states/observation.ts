import { observationCategories } from '../../../../cohort/index.js';
import type { Coding, ObservationCategory, ObservationValue, Origin } from '../../../../cohort/index.js';
import type { StateOf, ValueDefinition } from '../../module/schema.js';
import { codingOf, codingsOf } from '../codes.js';
import { encounterNow } from '../encounters.js';
import { compileExpression } from '../expression.js';
import { parts } from '../life.js';
import type { Life, Root } from '../life.js';
import { outcome } from '../program.js';
import type { CompileContext } from '../program.js';
import { compileNumber, decimalsOf, roundTo } from '../quantity.js';
import { EntryRef } from '../values.js';
import type { Value } from '../values.js';
import { numberOf } from './control.js';
import type { Run } from './control.js';

type Reader = (
  life: Life,
  root: Root,
) => { readonly value: ObservationValue; readonly raw: Value | undefined };
type RangeOf = { readonly low: number | null; readonly high: number | null } | null;

interface Part {
  readonly codes: readonly Coding[];
  readonly read: Reader;
  readonly referenceRange: RangeOf;
}

const none: readonly [] = [];
const unknown: ObservationValue = { kind: 'absent', reason: 'unknown' };

/** Units of modules that are no UCUM. */
const units: Readonly<Record<string, string>> = { '': '1', 'n/a': '1', 'N/A': '1', ratio: '{ratio}' };

export function compileObservation(
  state: StateOf<'Observation'>,
  origin: Origin,
  context: CompileContext,
): Run {
  const part = compilePart(state, context);
  const category = categoryOf(state.category);
  return (life, root) => {
    record(life, root, { part, category, origin });
    return outcome.go;
  };
}

/** Several values under one code (blood pressure): one observation with components. */
export function compileMultiObservation(
  state: StateOf<'MultiObservation'>,
  origin: Origin,
  context: CompileContext,
): Run {
  const codes = codingsOf(state.codes);
  const category = categoryOf(state.category);
  const components = state.observations.map((one) => compilePart(one, context));
  return (life, root) => {
    life.record.observations.push({
      id: '',
      codes,
      encounter: encounterNow(life, root),
      origin,
      time: life.now,
      category,
      value: null,
      components: components.map(({ codes: own, read }) => {
        const { value, raw } = read(life, root);
        remember(life, own, raw);
        return { codes: own, value };
      }),
      referenceRange: null,
    });
    return outcome.go;
  };
}

export function compileDiagnosticReport(
  state: StateOf<'DiagnosticReport'>,
  origin: Origin,
  context: CompileContext,
): Run {
  const codes = codingsOf(state.codes);
  const parted = state.observations.map((one) => ({
    part: compilePart(one, context),
    category: categoryOf(one.category),
    origin,
  }));
  const cost = context.world.reportCost(codes[0]!);
  const category = parted.some((one) => one.category === 'imaging') ? 'RAD' : 'LAB';
  return (life, root) => {
    const observations = parted.map((one) => record(life, root, one));
    const encounter = encounterNow(life, root);
    life.record.reports.push({
      id: '',
      codes,
      encounter,
      origin,
      time: life.now,
      category,
      observations,
      cost,
    });
    return outcome.go;
  };
}

interface Recorded {
  readonly part: Part;
  readonly category: ObservationCategory;
  readonly origin: Origin;
}

function record(life: Life, root: Root, { part, category, origin }: Recorded): number {
  const { value, raw } = part.read(life, root);
  life.record.observations.push({
    id: '',
    codes: part.codes,
    encounter: encounterNow(life, root),
    origin,
    time: life.now,
    category,
    value,
    components: none,
    referenceRange: part.referenceRange,
  });
  remember(life, part.codes, raw);
  return life.record.observations.length - 1;
}

function remember(life: Life, codes: readonly Coding[], raw: Value | undefined): void {
  if (raw === undefined) return;
  life.latest.set(codes[0]!.code, raw);
  life.touch(parts.observations);
}

const categories: ReadonlySet<string> = new Set(observationCategories);
function isCategory(name: string): name is ObservationCategory {
  return categories.has(name);
}

function categoryOf(name: string | undefined): ObservationCategory {
  return name !== undefined && isCategory(name) ? name : 'exam';
}

function compilePart(state: ValueDefinition | StateOf<'Observation'>, context: CompileContext): Part {
  const codes = codingsOf(state.codes);
  const lab = context.world.labFacts(codes[0]!.code);
  const sign =
    state.vital_sign !== undefined && context.world.isVitalSign(state.vital_sign)
      ? context.world.vitalFacts(state.vital_sign)
      : undefined;
  const facts = sign ?? lab;
  const given = state.unit ?? '';
  const unit = units[given] ?? given;
  const decimals = sign?.decimals ?? lab?.decimals ?? decimalsOfState(state);
  const range =
    facts === undefined || facts.unit !== unit || (facts.low === null && facts.high === null)
      ? null // none is known, or it is one of values in another unit
      : { low: facts.low, high: facts.high };
  return { codes, read: reader(state, { unit, decimals }, context), referenceRange: range };
}

/** As many decimals as the module's own numbers have; one more where its range is narrow and whole. */
function decimalsOfState(state: ValueDefinition): number {
  if (state.range?.decimals !== undefined) return state.range.decimals;
  if (typeof state.exact?.quantity === 'number') return decimalsOf(state.exact.quantity);
  if (state.range !== undefined) {
    const { low, high } = state.range;
    const written = Math.max(decimalsOf(low), decimalsOf(high));
    return written === 0 && high - low < 10 ? 1 : Math.min(written, 4);
  }
  return state.distribution?.round === true ? 0 : 2;
}

interface Form {
  readonly unit: string;
  readonly decimals: number;
}

function reader(state: ValueDefinition, form: Form, context: CompileContext): Reader {
  const fixed = (value: ObservationValue, raw?: Value): Reader => {
    const answer = { value, raw };
    return () => answer;
  };
  const number = compileNumber(state);
  if (number !== null) return (_life, root) => shown(number(root.rng), form);
  if (state.vital_sign !== undefined) {
    const name = state.vital_sign;
    return (life) => shown(life.vitalSign(name), form);
  }
  if (state.attribute !== undefined) {
    context.reads.add(state.attribute);
    const id = context.attributes.id(state.attribute);
    return (life) => shown(life.value(id), form);
  }
  if (state.value_code !== undefined) {
    const coding = codingOf(state.value_code);
    return coding === null ? fixed(unknown) : fixed({ kind: 'coding', coding }, coding);
  }
  if (state.expression !== undefined) {
    const expression = compileExpression(state.expression, numberOf);
    if (typeof expression === 'function') return (life) => shown(expression(life), form);
  }
  if (state.sampled_data !== undefined) return sampled(state.sampled_data.attributes, form, context);
  if (state.attachment !== undefined) {
    const title =
      state.attachment.title ?? state.attachment.chart?.title ?? codingsOf(state.codes)[0]!.display;
    return fixed({ kind: 'attachment', contentType: 'image/png', title, url: null });
  }
  return fixed(unknown);
}

/** A value as an observation shows it. */
function shown(value: Value | undefined, { unit, decimals }: Form): ReturnType<Reader> {
  if (value === undefined) return { value: unknown, raw: undefined };
  if (typeof value === 'number') {
    const rounded = roundTo(value, decimals);
    return { value: { kind: 'quantity', value: rounded, unit, decimals }, raw: rounded };
  }
  if (typeof value === 'boolean') return { value: { kind: 'boolean', value }, raw: value };
  if (typeof value === 'string') return { value: { kind: 'text', text: value }, raw: value };
  if (value instanceof EntryRef) {
    const coding = value.codes[0];
    return coding === undefined
      ? { value: unknown, raw: undefined }
      : { value: { kind: 'coding', coding }, raw: coding };
  }
  return 'code' in value
    ? { value: { kind: 'coding', coding: value }, raw: value }
    : { value: unknown, raw: undefined };
}

/** Series of equidistant values that a Physiology state has left in attributes. */
function sampled(attributes: readonly string[], { unit }: Form, context: CompileContext): Reader {
  const ids = attributes.map((name) => {
    context.reads.add(name);
    return context.attributes.id(name);
  });
  return (life) => {
    const series: (readonly number[])[] = [];
    for (const id of ids) {
      const value = life.values[id];
      if (typeof value === 'object' && Array.isArray(value)) series.push(value);
    }
    if (series.length === 0) return { value: unknown, raw: undefined };
    return {
      value: { kind: 'sampled', unit, periodMs: life.samplePeriodMs, origin: 0, series },
      raw: undefined,
    };
  };
}
