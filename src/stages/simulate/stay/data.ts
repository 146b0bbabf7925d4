import { z } from 'zod';
import { observationCategories } from '../../../cohort/index.js';
import { readData } from '../data-file.js';
import { conductSchema } from './conduct-schema.js';
import type { Conduct } from './conduct-schema.js';
import { coding, doseSchema, routes } from './dose.js';
import { hazardsSchema } from './hazards.js';
import type { Hazards } from './hazards.js';
import { organs } from './types.js';
import type { LevelRule, Signal } from './types.js';

const organScores = z.partialRecord(z.enum(organs), z.number());
const sourced = { unit: z.string(), source: z.string() };

const hours = z.number().positive();
const share = z.number().min(0).max(1);
const spread = z.number().min(0);
const scale = z.enum(['linear', 'log']);

/** What a patient's level follows: the own level, organs, a fluctuation; and how fast. */
const level = {
  scale,
  baseline: z.union([
    z.strictObject({ sign: z.string(), shift: z.number() }),
    z.strictObject({ value: z.number(), sd: spread, perDecadeAbove60: z.number().optional() }),
  ]),
  organs: organScores,
  own: z.strictObject({ sd: spread, hours }),
  /** Hours in which it goes two thirds of the way when it rises, and when it falls; absent: at once. */
  lag: z.strictObject({ rise: hours, fall: hours }).optional(),
};
const charted = {
  id: z.string(),
  code: z.string().regex(/^\d{1,5}-\d$/u),
  display: z.string(),
  unit: z.string(),
  category: z.enum(observationCategories),
  decimals: z.int().min(0).max(3),
  limits: z.tuple([z.number(), z.number()]),
  error: z.number().min(0),
};
const levelSchema = z.strictObject({ id: z.string(), ...level });
const signalSchema = z.union([
  z.strictObject({
    ...charted,
    ...level,
    /** A volume: the reading is the level times the hours since the last one. */
    volume: z.literal(true).optional(),
    /** At least so much below another signal that is measured with it. */
    below: z.strictObject({ of: z.string(), by: z.number().positive() }).optional(),
  }),
  z.strictObject({
    ...charted,
    scale,
    /** Follows from others: the shift and so much of each, of logarithms where the scale is that … */
    derived: z.strictObject({ of: z.record(z.string(), z.number()), shift: z.number() }),
  }),
  z.strictObject({
    ...charted,
    /** … or a value for each whole number of another from `from` on; the first of them while `silenced` runs. */
    table: z.strictObject({
      of: z.string(),
      from: z.int(),
      values: z.array(z.number()).min(1),
      silenced: z.string().optional(),
    }),
  }),
]);

const signalsSchema = z.strictObject({
  remarks: z.string(),
  source: z.string(),
  fluctuation: z.strictObject({ organSd: z.number().min(0), organHours: hours, ...sourced }),
  /** How long an emergency has lasted at arrival, unless the course says it; what was planned begins in hospital. */
  onset: z.strictObject({ median: hours, sigma: spread, ...sourced }),
  /** Never charted; signals follow from them. */
  latent: z.array(levelSchema),
  signals: z.array(signalSchema),
});

const chronicSchema = z.strictObject({
  remarks: z.string(),
  source: z.string(),
  diseases: z.array(
    z.strictObject({
      id: z.string(),
      /** Of the person, where a module set it: not nil, false or 0. */
      attribute: z.string(),
      signals: z.record(z.string(), z.number()),
      organs: organScores,
    }),
  ),
});
const orderSchema = z.strictObject({
  id: z.string(),
  signals: z.array(z.string()).min(1),
  panel: z.strictObject({ code: z.string(), display: z.string() }).nullable(),
  hours: z.strictObject({ ed: hours, ward: hours, icu: hours }),
  share: z.strictObject({ ed: share, ward: share, icu: share }),
  arrival: share,
  looksAt: z.array(z.enum(organs)).min(1),
  informed: z.number().min(0),
  /** Supports that make it more frequent: log of the odds and of the pace while one runs. */
  with: z.record(z.string(), z.number()).optional(),
  /** Measured only while one of these supports runs. */
  only: z.array(z.string()).min(1).optional(),
  /** Signals that in this share of patients are not charted while a support runs. */
  omits: z.array(z.strictObject({ signal: z.string(), with: z.string(), share })).optional(),
});
export type Order = z.output<typeof orderSchema>;

const ordersSchema = z.strictObject({
  remarks: z.string(),
  source: z.string(),
  jitter: z.strictObject({ value: z.number().min(0), ...sourced }),
  missed: z.strictObject({ value: share, ...sourced }),
  orders: z.array(orderSchema),
});

const supportSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['medication', 'procedure']),
  code: coding,
  /** Starts when this organ's score passes `from`, ends when it has stayed below `until` for `for` hours; … */
  organ: z.enum(organs).optional(),
  from: z.number().optional(),
  until: z.number().optional(),
  for: z.number().optional(),
  /** Other organs that call for it as well. */
  also: z.array(z.strictObject({ organ: z.enum(organs), from: z.number(), until: z.number() })).optional(),
  /** … or lasts as long as another support, … */
  with: z.string().optional(),
  /** … or from arrival on, unless these score above 1. */
  arrival: z.literal(true).optional(),
  unless: z.array(z.enum(organs)).optional(),
  share: z.number().min(0).max(1),
  delay: z.number().min(0),
  effects: z.record(z.string(), z.number()),
  /** Beside these, effects a point of the organ's score, … */
  perPoint: z.record(z.string(), z.number()).optional(),
  /** … and at first, falling to a third in `hours`. */
  initial: z.strictObject({ hours, effects: z.record(z.string(), z.number()) }).optional(),
  /** How differently patients respond: spread of a factor of all effects, on the logarithm. */
  spread: spread.optional(),
  /** Hours in which the effects fall to a third after its end; absent: at once. */
  lingers: hours.optional(),
  intensive: z.boolean(),
  /** Whether it is given to those with comfort care alone. */
  comfort: z.literal(true).optional(),
  dose: doseSchema.optional(),
  route: z.enum(routes).optional(),
});
export type Support = z.output<typeof supportSchema>;

/** What a course's own treatment, by its id, does to levels while it lasts. */
const drugSchema = z.strictObject({ id: z.string(), effects: z.record(z.string(), z.number()) });

export const stayFilesSchema = z.strictObject({
  signals: signalsSchema,
  orders: ordersSchema,
  support: z.strictObject({
    remarks: z.string(),
    source: z.string(),
    support: z.array(supportSchema),
    drugs: z.array(drugSchema),
  }),
  hazards: hazardsSchema,
  chronic: chronicSchema,
  conduct: conductSchema,
});

/** The data files by name, as they are written: numbers of them can be replaced before {@link compileStayData}. */
export type StayFiles = z.input<typeof stayFilesSchema>;

/** What all stays in hospital share. */
export interface StayData {
  /** Slow fluctuation of each organ's score. */
  readonly fluctuation: { readonly organSd: number; readonly organHours: number };
  /** Hours that emergencies have lasted at arrival: log-normal. */
  readonly onset: { readonly median: number; readonly sigma: number };
  readonly latent: readonly LevelRule[];
  readonly signals: readonly Signal[];
  readonly chronic: z.output<typeof chronicSchema>['diseases'];
  readonly orders: readonly Order[];
  /** Spread of the interval between rounds, on the logarithm. */
  readonly jitter: number;
  /** Chance that a value of a round is not charted. */
  readonly missed: number;
  readonly supports: readonly Support[];
  readonly drugs: readonly z.output<typeof drugSchema>[];
  readonly hazards: Hazards;
  readonly conduct: Conduct;
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
  const { signals, orders, support, hazards, chronic, conduct } = stayFilesSchema.parse(files);
  return {
    fluctuation: signals.fluctuation,
    onset: signals.onset,
    latent: signals.latent,
    signals: signals.signals.map(({ code, display, ...signal }) => ({
      ...signal,
      code: { system: 'LOINC', code, display },
    })),
    chronic: chronic.diseases,
    orders: orders.orders,
    jitter: orders.jitter.value,
    missed: orders.missed.value,
    supports: support.support,
    drugs: support.drugs,
    hazards,
    conduct,
  };
}

export const stayData = compileStayData(stayFiles);

/** Names of all signals and supports, for courses. */
export const signalIds: readonly string[] = [...stayData.latent, ...stayData.signals].map(({ id }) => id);
export const supportIds: readonly string[] = stayData.supports.map(({ id }) => id);
