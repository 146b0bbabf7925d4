import { z } from 'zod';
import { codeSystems, observationCategories } from '../../../cohort/index.js';
import { readData } from '../data-file.js';
import { hazardsSchema } from './hazards.js';
import type { Hazards } from './hazards.js';
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
    z.strictObject({ sign: z.string(), shift: z.number() }),
    z.strictObject({ value: z.number(), sd: z.number().min(0) }),
  ]),
  organs: organScores,
  own: z.strictObject({ sd: z.number().min(0), hours: z.number().positive() }),
  error: z.number().min(0),
});

const signalsSchema = z.strictObject({
  remarks: z.string(),
  source: z.string(),
  fluctuation: z.strictObject({ organSd: z.number().min(0), organHours: z.number().positive(), ...sourced }),
  signals: z.array(signalSchema),
});

const hours = z.number().positive();
const share = z.number().min(0).max(1);
const orderSchema = z.strictObject({
  id: z.string(),
  signals: z.array(z.string()).min(1),
  panel: z.strictObject({ code: z.string(), display: z.string() }).nullable(),
  hours: z.strictObject({ ed: hours, ward: hours, icu: hours }),
  share: z.strictObject({ ed: share, ward: share, icu: share }),
  arrival: share,
  looksAt: z.array(z.enum(organs)).min(1),
  informed: z.number().min(0),
});
export type Order = z.output<typeof orderSchema>;

const ordersSchema = z.strictObject({
  remarks: z.string(),
  source: z.string(),
  jitter: z.strictObject({ value: z.number().min(0), ...sourced }),
  missed: z.strictObject({ value: share, ...sourced }),
  orders: z.array(orderSchema),
});

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

export const stayFilesSchema = z.strictObject({
  signals: signalsSchema,
  orders: ordersSchema,
  support: z.strictObject({ remarks: z.string(), source: z.string(), support: z.array(supportSchema) }),
  hazards: hazardsSchema,
});

/** The data files by name, as they are written: numbers of them can be replaced before {@link compileStayData}. */
export type StayFiles = z.input<typeof stayFilesSchema>;

/** What all stays in hospital share. */
export interface StayData {
  /** Slow fluctuation of each organ's score. */
  readonly fluctuation: { readonly organSd: number; readonly organHours: number };
  readonly signals: readonly Signal[];
  readonly orders: readonly Order[];
  /** Spread of the interval between rounds, on the logarithm. */
  readonly jitter: number;
  /** Chance that a value of a round is not charted. */
  readonly missed: number;
  readonly supports: readonly Support[];
  readonly hazards: Hazards;
}

/** The data files of Anamnesis. */
export const stayFiles: StayFiles = stayFilesSchema.parse(
  Object.fromEntries(
    Object.keys(stayFilesSchema.shape).map((name) => [
      name,
      readData(new URL(`./data/${name}.json`, import.meta.url), z.unknown()),
    ]),
  ),
);

export function compileStayData(files: StayFiles): StayData {
  const { signals, orders, support, hazards } = stayFilesSchema.parse(files);
  return {
    fluctuation: signals.fluctuation,
    signals: signals.signals.map(({ code, display, ...signal }) => ({
      ...signal,
      code: { system: 'LOINC', code, display },
    })),
    orders: orders.orders,
    jitter: orders.jitter.value,
    missed: orders.missed.value,
    supports: support.support,
    hazards,
  };
}

export const stayData = compileStayData(stayFiles);

/** Names of all signals and supports, for courses. */
export const signalIds: readonly string[] = stayData.signals.map(({ id }) => id);
export const supportIds: readonly string[] = stayData.supports.map(({ id }) => id);
