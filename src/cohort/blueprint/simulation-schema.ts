import { z } from 'zod';
import { section } from '../../core/index.js';
import { races } from '../record/index.js';

const share = z.number().min(0).max(1);
const weight = z.number().min(0);
/** Rules of missing and wrong values, which the simulator checks itself. */
const rules = z.array(z.record(z.string(), z.unknown()));

/** Who is simulated; what is left out is as in the United States, in Massachusetts. */
const populationSchema = section({
  /** Postal code or name of a state, or `US`. */
  state: z.string().min(1).optional(),
  city: z.string().min(1).optional(),
  /** Completed years at the end, both included. */
  age: section({ min: z.int().min(0).max(110), max: z.int().min(0).max(110) }).optional(),
  /** Men per 100 women. */
  sexRatio: z.number().gt(0).optional(),
  /** Weights of races; they need not add up to anything. */
  races: z.partialRecord(z.enum(races), weight).optional(),
  hispanic: share.optional(),
  /** Weights of payers under 65. */
  payers: z.partialRecord(z.enum(['private', 'medicaid', 'medicare', 'uninsured']), weight).optional(),
  /** Folder of a cohort store whose ages, sexes, races, ethnicities and payers are matched. */
  like: z.string().min(1).optional(),
});

/** Stage 1: what `anamnesis simulate --blueprint` makes. */
export const simulationSchema = section({
  patients: z.int().min(1).optional(),
  /** End of observation. */
  end: z.iso.date().optional(),
  /** Years before the end that are written. */
  years: z.union([z.literal('all'), z.number().gt(0)]).optional(),
  /** Only people who live at the end. */
  alive: z.boolean().optional(),
  /** Folder of modules. */
  modules: z.string().min(1).optional(),
  /** One admission to hospital each, of adults, instead of whole lives. */
  admissions: z.boolean().optional(),
  /** File of numbers that replace those of modules and stays. */
  overrides: z.string().min(1).optional(),
  /** Expression that every patient meets. */
  only: z.string().min(1).optional(),
  population: populationSchema.prefault({}),
  formats: z.array(z.string().min(1)).min(1).optional(),
  missing: rules.default([]),
  dirty: rules.default([]),
  truth: z.boolean().optional(),
});
export type SimulationSection = z.infer<typeof simulationSchema>;
