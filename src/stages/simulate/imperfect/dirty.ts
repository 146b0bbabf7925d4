import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Observation, PatientRecord, Truth } from '../../../cohort/index.js';
import type { Rng } from '../../../core/index.js';
import type { DirtyRule } from './options.js';
import { concerns, nameOf, truthOf } from './truth.js';

const dayMs = 86_400_000;

/** Units that are mixed up: the number of the other unit under the label of the first. */
const mixUps = z
  .array(
    z.strictObject({
      unit: z.string(),
      other: z.string(),
      factor: z.number(),
      shift: z.number(),
      source: z.string(),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('./mix-ups.json', import.meta.url), 'utf8')));

/** What becomes of an observation: itself, changed, or twice. */
export interface Soiled {
  readonly observations: readonly Observation[];
  readonly truth: readonly Truth[];
}

/** Decides for every observation in order whether the error happens to it; one number is drawn for each that it can happen to. */
export function soil(record: PatientRecord, rule: DirtyRule, rng: Rng): Soiled[] {
  const ids = rng.split('ids');
  const details = rng.split('details');
  return record.observations.map((observation) => {
    const clean: Soiled = { observations: [observation], truth: [] };
    if (!concerns(rule, observation)) return clean;
    if (rng.next() >= rule.rate) return clean;
    switch (rule.kind) {
      case 'unit-mix-up':
        return changed(observation, rule, mixedUp(observation));
      case 'transposed-digits':
        return changed(observation, rule, transposed(observation, details));
      case 'duplicate':
        return duplicated(observation, rule, ids);
      case 'shifted-date':
        return shifted(record, observation, { rule, rng: details });
    }
  });
}

/** With another number; as it was where none is possible. */
function changed(observation: Observation, rule: DirtyRule, number: number | undefined): Soiled {
  const { value } = observation;
  if (value?.kind !== 'quantity' || number === undefined) return { observations: [observation], truth: [] };
  const { time } = observation;
  return {
    observations: [{ ...observation, value: { ...value, value: number } }],
    truth: [truthOf({ time, name: nameOf(observation), value: value.value }, 'error', rule.kind)],
  };
}

function mixedUp({ value }: Observation): number | undefined {
  if (value?.kind !== 'quantity') return undefined;
  const found = mixUps.find(({ unit }) => unit === value.unit);
  if (found === undefined) return undefined;
  const number = rounded(value.value * found.factor + found.shift, Math.max(1, value.decimals));
  return number === value.value ? undefined : number;
}

/** Two neighbouring digits that differ change places; the leading digit does not become 0. */
function transposed({ value }: Observation, rng: Rng): number | undefined {
  if (value?.kind !== 'quantity') return undefined;
  const text = Math.abs(value.value).toFixed(value.decimals);
  const places = Array.from({ length: text.length }, (_, i) => i).filter((i) => {
    const [a, b] = [text[i], neighbour(text, i)];
    return b !== undefined && a !== '.' && a !== b.digit && !(i === 0 && b.digit === '0');
  });
  if (places.length === 0) return undefined;
  const at = places[rng.int(places.length)]!;
  const next = neighbour(text, at)!;
  const digits = Array.from(text);
  digits[at] = next.digit;
  digits[next.at] = text[at]!;
  return Math.sign(value.value) * Number(digits.join(''));
}

/** The next digit after a place, over the decimal point. */
function neighbour(text: string, at: number): { readonly at: number; readonly digit: string } | undefined {
  const next = text[at + 1] === '.' ? at + 2 : at + 1;
  const digit = text[next];
  return digit === undefined ? undefined : { at: next, digit };
}

function duplicated(observation: Observation, rule: DirtyRule, ids: Rng): Soiled {
  const { time, id } = observation;
  return {
    observations: [observation, { ...observation, id: uuid(ids) }],
    truth: [truthOf({ time, name: nameOf(observation), value: id }, 'error', rule.kind)],
  };
}

function shifted(
  record: PatientRecord,
  observation: Observation,
  { rule, rng }: { readonly rule: DirtyRule; readonly rng: Rng },
): Soiled {
  const days = 1 + rng.int(rule.days);
  const time = observation.time + (rng.next() < 0.5 ? -days : days) * dayMs;
  if (time < record.person.birthTime || time > record.endTime)
    return { observations: [observation], truth: [] };
  return {
    observations: [{ ...observation, time }],
    truth: [truthOf({ time, name: nameOf(observation), value: observation.time }, 'error', rule.kind)],
  };
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** A random UUID (version 4) from the patient's own stream. */
function uuid(rng: Rng): string {
  const hex = Array.from({ length: 4 }, () => rng.uint32().toString(16).padStart(8, '0')).join('');
  const variant = ((parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
