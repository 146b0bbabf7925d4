import { z } from 'zod';
import { checkShape, UserError } from '../../../core/index.js';
import type { ImperfectionOptions, UncheckedImperfection } from '../imperfect/index.js';
import type { PopulationOptions } from '../life/index.js';
import type { WantedFormat } from './spec.js';

/** Days between the last index admission and the end: the longest stay. */
export const followUpDays = 120;

const yearMs = 365.25 * 86_400_000;

/** What a simulation makes. */
export interface SimulateOptions {
  readonly population: PopulationOptions;
  readonly seed: number | string;
  /** Folder of modules; absent: the library that comes with Anamnesis. */
  readonly modules?: string | undefined;
  /** Years before the end (or death) that are written; null: whole lives. */
  readonly years: number | null;
  /** Only people who live at the end of observation. */
  readonly alive: boolean;
  /** Admissions to hospital instead of lives: adults with what they have lived so far, and one admission each in the year before the last {@link followUpDays}. */
  readonly admissions?: boolean | undefined;
  /** Text of an overrides file that replaces numbers of modules and stays, and its name for messages. */
  readonly overrides?: { readonly text: string; readonly file: string } | undefined;
  /** Expression that each patient has to meet. */
  readonly only?: string | undefined;
  readonly mostTries: number;
  /** Cohort store whose demographics are matched. */
  readonly like?: string | undefined;
  /** Only these patients of it (numbers in the store), e.g. the train part of a split. */
  readonly likeSubjects?: readonly number[] | undefined;
  readonly formats: readonly WantedFormat[];
  readonly truth: boolean;
  readonly physiology: boolean;
  /** Length of the step after which guards are looked at again, hours. */
  readonly stepHours: number;
  /** One patient instead of the whole population: position from 0, record number (MRN), or the id in what was written. */
  readonly patient?: number | string | undefined;
  /** Values that are to be missing and errors of data entry. */
  readonly imperfection?: ImperfectionOptions | UncheckedImperfection | undefined;
  /** Stands in metadata as the time of the run, milliseconds since 1970; default the end of observation. */
  readonly recordedTime?: number | undefined;
}

const schema = z.object({
  seed: z.union([z.number().int(), z.string().min(1)]),
  years: z.number().positive().max(120).nullable(),
  mostTries: z.number().int().min(1).max(10_000_000),
  stepHours: z
    .number()
    .positive()
    .max(24 * 28),
  patient: z.union([z.number().int().min(0), z.uuid()]).optional(),
});

/** Checks what the types do not. @throws UserError `BAD_OPTIONS` naming every problem. */
export function checkOptions(options: SimulateOptions): {
  readonly windowMs: number | null;
  readonly stepMs: number;
} {
  const { seed, years, mostTries, stepHours, patient } = options;
  const checked = checkShape(schema, { seed, years, mostTries, stepHours, patient });
  if (!checked.ok)
    throw new UserError('BAD_OPTIONS', 'The simulation cannot be run with these options.', {
      got: checked.problems
        .map((p) => `${p.path.join('.')}: expected ${p.expected}, got ${p.got}`)
        .join('; '),
      fix: 'see anamnesis simulate --help',
    });
  return { windowMs: years === null ? null : Math.round(years * yearMs), stepMs: stepHours * 3_600_000 };
}
