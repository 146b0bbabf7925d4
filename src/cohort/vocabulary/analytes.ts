import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * Where a source code comes from:
 * - `mimic-iv:labevents`, `mimic-iv:chartevents`: item ids;
 * - `eicu:lab`: labname, `eicu:vital`: column of vitalPeriodic, vitalAperiodic or patient, `eicu:nurse`: value name (or label
 *   where the name says only 'Value') of nurseCharting, `eicu:respiratory`: label of respiratoryCharting, `eicu:exam`: path in physicalExam,
 *   `eicu:intake-output`: 'Urine' and 'Bodyweight' of intakeOutput;
 * - `yaib`: variable of the YAIB cohorts; `physionet2012`: parameter of the Challenge 2012.
 */
const analyteSources = [
  'mimic-iv:labevents',
  'mimic-iv:chartevents',
  'eicu:lab',
  'eicu:vital',
  'eicu:nurse',
  'eicu:respiratory',
  'eicu:exam',
  'eicu:intake-output',
  'yaib',
  'physionet2012',
] as const;
export type AnalyteSource = (typeof analyteSources)[number];

const loincCode = z.string().regex(/^\d{1,5}-\d$/);
const magnitudeSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  unit: z.string(),
  reason: z.string(),
});
const analyteSchema = z.strictObject({
  loinc: loincCode,
  display: z.string(),
  /** Canonical unit, UCUM. */
  unit: z.string(),
  /** The more general code that this one narrows down. */
  parent: loincCode.optional(),
  /** g/mol. */
  molarMass: z.number().positive().optional(),
  valence: z.number().int().positive().optional(),
  /** Spellings that mean another unit here than elsewhere: spelling → UCUM. */
  spellings: z.record(z.string(), z.string()).optional(),
  /** Ranges of the bare number that give the unit away, whatever the label says; high is exclusive. */
  magnitude: z.array(magnitudeSchema).optional(),
  /** Wide physiological bounds in the canonical unit, inclusive: outside lie recording errors, not sick people. */
  bounds: z.strictObject({ low: z.number(), high: z.number(), source: z.string(), reason: z.string() }),
  codes: z.partialRecord(z.enum(analyteSources), z.array(z.string()).min(1)),
});

/** A lab or vital sign: one LOINC code, one unit, and the names it goes by in the sources. */
export type Analyte = z.infer<typeof analyteSchema>;

/** The analyte table of the project, in its own words (analytes.json). */
export const analytes: readonly Analyte[] = z
  .array(analyteSchema)
  .parse(JSON.parse(readFileSync(new URL('./analytes.json', import.meta.url), 'utf8')));

/** Spellings of units in the sources, by UCUM unit; the UCUM text itself needs no entry. The key '' is "no unit given". */
export const unitSpellings: Readonly<Record<string, readonly string[]>> = z
  .record(z.string(), z.array(z.string()))
  .parse(JSON.parse(readFileSync(new URL('./unit-spellings.json', import.meta.url), 'utf8')));
