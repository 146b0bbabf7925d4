import { z } from 'zod';
import { section } from '../../core/index.js';
import { attributeNames } from './attributes.js';
import { commonShape } from './common.js';
import { groupings } from './groupings.js';
import { idSchema, nameSchema } from './names.js';

/** Sources whose records become a cohort store, and from there, by SQL, a feature table. */
export const cohortFormats = [
  'mimic-iv',
  'eicu',
  'physionet2012',
  'meds',
  'fhir',
  'reference-hospital',
] as const;

export const aggregates = ['first', 'last', 'min', 'max', 'mean', 'sum', 'slope', 'count', 'any'] as const;
export type Aggregate = (typeof aggregates)[number];

/** The window of events that carry no time: what is known of the stay as such. */
export const staticWindow = 'static';

const hours = z.number();
const attribute = z.enum(attributeNames);
const decimals = z.int().min(0).max(6);
const textList = z.array(z.string()).min(1);

const sourceSchema = section({
  format: z.enum(cohortFormats),
  /** Name in the data catalogue, or a folder. Not needed for generated records. */
  data: z.string().min(1).optional(),
  /** The source's own settings, which it checks itself. */
  options: z.record(z.string(), z.unknown()).default({}),
});

const cohortSchema = section({
  /** What a row of the feature table is. */
  unit: z.enum(['admission', 'icu-stay']),
  /** Only each patient's first unit. */
  firstOnly: z.boolean().default(false),
  minAgeYears: z.number().min(0).optional(),
  maxAgeYears: z.number().min(0).optional(),
  /** Shortest unit, from start to end; a unit without an end is kept. */
  minStayHours: z.number().min(0).optional(),
  /** Units with one of these values of an attribute are left out. */
  exclude: z.array(section({ attribute, in: textList })).default([]),
  /** What becomes of units that were over at the index time: nothing is left to predict for them. */
  endedBeforeIndex: z.enum(['drop', 'keep']).default('drop'),
});

/** The moment of prediction: hours after the unit's start. Nothing later may become a feature. */
const indexSchema = section({ hours: hours.min(0) });

/** Hours from the unit's start, `from` included, `to` excluded. */
const windowSchema = section({ from: hours, to: hours });

const attributeFeature = section({
  attribute,
  /** Categories with fewer rows become `other`. */
  otherBelow: z.int().min(0).default(10),
  unit: z.string().optional(),
  decimals: decimals.optional(),
  description: z.string().optional(),
});

const code = z
  .string()
  .regex(/^[^/]+\/\/.+$/, 'SYSTEM//code, as in LOINC//2160-0; a final * stands for any ending');

const codeFeature = section({
  /** One code or several that mean the same; `ICD10CM//I50*` stands for every code that starts so. */
  code: z.union([code, z.array(code).min(1)]),
  /** UCUM unit, for the reader; values come in the store's unit. */
  unit: z.string().optional(),
  /** Decimals of first, last, min and max; means carry one more. */
  decimals: decimals.optional(),
  description: z.string().optional(),
});

const eventGroup = section({
  /** A window's name, or `static` for events without a time. */
  window: z.string(),
  aggregates: z.array(z.enum(aggregates)).min(1),
  /** What is taken of an event: its number, its text, or its code. */
  value: z.enum(['number', 'text', 'code']).default('number'),
  /** What the numbers mean (`value: number`); binary: positive numbers are yes. */
  kind: z.enum(['continuous', 'count', 'binary']).default('continuous'),
  /** Grouping of codes (`value: code`). */
  group: z.enum(groupings).default('code'),
  /** Categories with fewer rows become `other` (`value: text` and `code`). */
  otherBelow: z.int().min(0).default(10),
  /** Added to the names, for a code that is read in two windows. */
  suffix: z
    .string()
    .regex(/^_[a-z0-9_]+$/, '_ and lower-case letters, digits')
    .default(''),
  codes: z.record(nameSchema, z.union([code, z.array(code).min(1), codeFeature])),
});

const encounterFeature = section({
  /** Classes of encounters, as in the store: inpatient, emergency, ambulatory, icu … */
  class: textList,
  /** Counted when they start inside the window; the unit and its admission do not count. */
  window: z.string(),
  description: z.string().optional(),
});

const featuresSchema = section({
  attributes: z.record(nameSchema, z.union([attribute, attributeFeature])).default({}),
  events: z.array(eventGroup).default([]),
  encounters: z.record(nameSchema, encounterFeature).default({}),
});

const taskShape = {
  id: idSchema.optional(),
  title: z.string().min(1).optional(),
  /** Further columns that must not be features of this task. */
  exclude: z.array(nameSchema).default([]),
};

const taskSchema = z.discriminatedUnion('task', [
  section({ task: z.literal('in-hospital-mortality'), ...taskShape }),
  section({
    task: z.literal('readmission'),
    ...taskShape,
    days: z.number().gt(0).default(30),
    /** Whether planned (elective) admissions do not count. */
    unplannedOnly: z.boolean().default(true),
  }),
  section({
    task: z.literal('long-stay'),
    ...taskShape,
    of: z.enum(['icu', 'hospital']),
    days: z.number().gt(0).default(7),
  }),
  section({
    task: z.literal('primary-diagnosis'),
    ...taskShape,
    top: z.int().min(2).default(25),
    /** Code system whose diagnoses are read. */
    system: z.string().default('ICD10CM'),
    group: z.enum(groupings).default('icd10-category'),
    /** Whether only the diagnosis that the source ranks first counts (details.sequence = 1). */
    ranked: z.boolean().default(true),
    /** What becomes of rows outside the most frequent groups: no label, or a class of their own. */
    others: z.enum(['drop', 'other']).default('drop'),
  }),
]);

/** A blueprint over a cohort store. */
export const cohortBlueprintSchema = section({
  ...commonShape,
  source: sourceSchema,
  cohort: cohortSchema,
  index: indexSchema,
  windows: z.record(nameSchema, windowSchema).default({}),
  /** Columns that stay as they are when features are corrected: age, sex … */
  anchors: z.record(nameSchema, z.union([attribute, attributeFeature])).default({}),
  features: featuresSchema,
  tasks: z.array(taskSchema).min(1),
});

export type CohortBlueprint = z.infer<typeof cohortBlueprintSchema> & { readonly kind: 'cohort' };
export type AttributeFeature = z.infer<typeof attributeFeature>;
export type EventGroup = z.infer<typeof eventGroup>;
export type CodeFeature = z.infer<typeof codeFeature>;
/** What stands behind a feature's name: a code, several, or a section with more to say. */
export type CodeEntry = EventGroup['codes'][string];
export type EncounterFeature = z.infer<typeof encounterFeature>;
export type CohortTask = z.infer<typeof taskSchema>;
