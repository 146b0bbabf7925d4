import { z } from 'zod';
import { codeSystems, observationCategories } from '../../../cohort/index.js';
import { readData } from '../data-file.js';
import { organs } from './types.js';
import type { Signal } from './types.js';

const organScores = z.partialRecord(z.enum(organs), z.number());
const coding = z.strictObject({ system: z.enum(codeSystems), code: z.string(), display: z.string() });
const sourced = { unit: z.string(), source: z.string() };

const signalSchema = z.strictObject({
  id: z.string(),
  code: z.string().regex(/^\d{1,5}-\d$/u),
  display: z.string(),
  unit: z.string(),
  category: z.enum(observationCategories),
  decimals: z.int().min(0).max(3),
  limits: z.tuple([z.number(), z.number()]),
  scale: z.enum(['linear', 'log']),
  baseline: z.union([
    z.strictObject({ sign: z.string() }),
    z.strictObject({ value: z.number(), sd: z.number().min(0) }),
  ]),
  organs: organScores,
  own: z.strictObject({ sd: z.number().min(0), hours: z.number().positive() }),
  error: z.number().min(0),
});

const signalsFile = readData(
  new URL('./data/signals.json', import.meta.url),
  z.strictObject({
    remarks: z.string(),
    source: z.string(),
    fluctuation: z.strictObject({ organSd: z.number(), organHours: z.number(), ...sourced }),
    signals: z.array(signalSchema),
  }),
);

/** Slow fluctuation of each organ's score. */
export const organFluctuation = signalsFile.fluctuation;

export const signals: readonly Signal[] = signalsFile.signals.map(({ code, display, ...signal }) => ({
  ...signal,
  code: { system: 'LOINC', code, display },
}));

const ordersFile = readData(
  new URL('./data/orders.json', import.meta.url),
  z.strictObject({
    remarks: z.string(),
    source: z.string(),
    jitter: z.strictObject({ value: z.number(), ...sourced }),
    missed: z.strictObject({ value: z.number(), ...sourced }),
    orders: z.array(
      z.strictObject({
        id: z.string(),
        signals: z.array(z.string()).min(1),
        panel: z.strictObject({ code: z.string(), display: z.string() }).nullable(),
        hours: z.strictObject({ ed: z.number(), ward: z.number(), icu: z.number() }),
        arrival: z.number().min(0).max(1),
        looksAt: z.array(z.enum(organs)).min(1),
        informed: z.number().min(0),
      }),
    ),
  }),
);

export const orders = ordersFile.orders;
export type Order = (typeof orders)[number];
export const jitter = ordersFile.jitter.value;
export const missed = ordersFile.missed.value;

export const doseSchema = z.strictObject({
  value: z.number().positive(),
  unit: z.string(),
  /** Null: continuously. */
  everyHours: z.number().positive().nullable(),
});
export const routes = ['oral', 'intravenous', 'subcutaneous', 'inhaled'] as const;

const supportSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['medication', 'procedure']),
  code: coding,
  /** Starts when this organ's score passes `from`, ends when it has stayed below `until` for `for` hours; … */
  organ: z.enum(organs).optional(),
  from: z.number().optional(),
  until: z.number().optional(),
  for: z.number().optional(),
  /** … or lasts as long as another support, … */
  with: z.string().optional(),
  /** … or from arrival on, unless these score above 1. */
  arrival: z.literal(true).optional(),
  unless: z.array(z.enum(organs)).optional(),
  share: z.number().min(0).max(1),
  delay: z.number().min(0),
  effects: z.record(z.string(), z.number()),
  intensive: z.boolean(),
  dose: doseSchema.optional(),
  route: z.enum(routes).optional(),
});
export type Support = z.output<typeof supportSchema>;

export const supports: readonly Support[] = readData(
  new URL('./data/support.json', import.meta.url),
  z.strictObject({ remarks: z.string(), source: z.string(), support: z.array(supportSchema) }),
).support;
