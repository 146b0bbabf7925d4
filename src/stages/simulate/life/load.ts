import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Reads one data file of this folder and checks it strictly. The files are ours: a fault is a defect, found by the first import. */
export function loadData<T>(name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(new URL(`./data/${name}.json`, import.meta.url), 'utf8')));
}

/** What every constant says of itself. */
export const sourced = { unit: z.string().min(1), source: z.string().min(20) } as const;

/** One number with its unit and source. */
export const constant = z.strictObject({ value: z.number(), ...sourced });
