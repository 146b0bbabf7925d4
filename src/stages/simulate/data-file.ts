import { readFileSync } from 'node:fs';
import type { z } from 'zod';

/** Reads one data file beside the code and checks it strictly. The files are ours: a fault is a defect, found by the first import. */
export function readData<T>(url: URL, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(url, 'utf8')));
}
