import { z } from 'zod';
import { races } from '../../../../cohort/index.js';
import { loadData, sourced } from '../load.js';
import { traitNames } from '../types.js';

const share = z.number().min(0).max(1);
const bySex = z.strictObject({ female: z.number(), male: z.number() });
const range = z.tuple([z.number(), z.number()]);
const byRace = z.record(z.enum(races), z.number());
const ethnicity = z.enum(['hispanic', 'nonhispanic']);
const needs = z.strictObject({ poor: share, near: share, rest: share });

/** States and cities of the United States (data/places.json). */
export const places = loadData(
  'places',
  z.strictObject({
    ...sourced,
    states: z.array(
      z.strictObject({
        code: z.string().length(2),
        name: z.string(),
        thousands: z.number(),
        hispanic: z.number(),
        nonHispanic: byRace,
        cities: z.array(
          z.strictObject({
            name: z.string(),
            postalCode: z.string().regex(/^\d{5}$/),
            latitude: z.number(),
            longitude: z.number(),
            thousands: z.number(),
          }),
        ),
      }),
    ),
  }),
).states;
export type StatePlace = (typeof places)[number];
export type City = StatePlace['cities'][number];

/** Shares and medians of the population (data/population.json). */
export const demography = loadData(
  'population',
  z.strictObject({
    ages: z.strictObject({
      ...sourced,
      from: z.array(z.number()),
      share: z.array(z.number()),
      menPer100Women: z.array(z.number()),
    }),
    hispanicRace: z.strictObject({ ...sourced, shares: byRace }),
    languages: z.strictObject({
      ...sourced,
      rows: z.array(
        z.strictObject({ ethnicity, race: z.enum(races).nullable(), shares: z.record(z.string(), share) }),
      ),
    }),
    birthplace: z.strictObject({ ...sourced, sameCity: share, sameState: share }),
    education: z.strictObject({
      ...sourced,
      rows: z.array(
        z.strictObject({ ethnicity, race: z.enum(races).nullable(), shares: z.array(share).length(4) }),
      ),
    }),
    income: z.strictObject({
      ...sourced,
      medianByEducation: z.array(z.number()).length(4),
      logSpread: z.number(),
      logSpreadNote: z.string(),
    }),
    household: z.strictObject({ ...sourced, size: z.array(z.number()), share: z.array(share) }),
    poverty: z.strictObject({ ...sourced, first: z.number(), further: z.number() }),
    socioeconomic: z.strictObject({ ...sourced, low: share, high: share }),
    firstAttributes: z.strictObject({
      ...sourced,
      rhNegative: byRace,
      bicuspid: bySex,
      orientation: z.record(z.string(), share),
      unemployed: z.array(share).length(4),
      foodInsecurity: needs,
      noVehicle: needs,
      housingBurden: needs,
      foreignBorn: z.strictObject({ hispanic: share, asian: share, rest: share }),
    }),
    married: z.strictObject({
      ...sourced,
      ever: share,
      medianAge: bySex,
      spread: z.number(),
      divorced: share,
      yearsToDivorce: range,
      takesName: share,
      widowedHazard: bySex,
      widowedFrom: z.number(),
    }),
  }),
);

const list = z.array(z.string().min(1)).min(5);
const given = z.strictObject({ female: list, male: list });

/** Given and family names (data/names.json). */
export const names = loadData(
  'names',
  z.strictObject({
    ...sourced,
    given: z.strictObject({ general: given, hispanic: given, asian: given }),
    family: z.strictObject({ general: list, hispanic: list, asian: list }),
    streets: list,
    streetKinds: list,
  }),
);

const trait = z.enum(traitNames);
/** How latent traits hang together and with groups (data/traits.json). */
export const traitData = loadData(
  'traits',
  z.strictObject({
    ...sourced,
    traits: z.array(z.strictObject({ name: trait, on: z.partialRecord(trait, z.number()).optional() })),
    groupShifts: z.strictObject({
      ...sourced,
      rows: z.array(
        z.strictObject({
          race: z.enum(races).optional(),
          ethnicity: ethnicity.optional(),
          trait,
          shift: z.number(),
        }),
      ),
    }),
    socioeconomicShifts: z.strictObject({
      ...sourced,
      rows: z.array(z.strictObject({ trait, shift: z.number() })),
    }),
  }),
);

/** The first row whose ethnicity and race (null: any) fit. The data hold a row for everybody. */
export function rowFor<R extends { readonly ethnicity: string; readonly race: string | null }>(
  rows: readonly R[],
  person: { readonly ethnicity: string; readonly race: string },
): R {
  return rows.find(
    (row) => row.ethnicity === person.ethnicity && (row.race === null || row.race === person.race),
  )!;
}
