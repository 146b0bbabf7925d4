import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { canonicalJson, InternalError } from '../../core/index.js';
import { writeFileAtomic } from '../../runtime/index.js';

/** Writes a value between stages as canonical JSON, so that equal values give equal bytes. */
export async function writeJson(folder: string, name: string, value: unknown): Promise<void> {
  await writeFileAtomic(path.join(folder, name), `${canonicalJson(value)}\n`);
}

/** Reads what {@link writeJson} wrote. The runner has checked its hash, so another form is a defect of ours. */
export async function readJson<S extends z.ZodType>(
  folder: string,
  name: string,
  schema: S,
): Promise<z.infer<S>> {
  const parsed = schema.safeParse(JSON.parse(await readFile(path.join(folder, name), 'utf8')));
  if (!parsed.success)
    throw new InternalError('STAGE_FILE', `${name} does not have the expected form.`, {
      cause: parsed.error,
    });
  return parsed.data;
}
