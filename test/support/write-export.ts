import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Directory, PatientRecord } from '../../src/cohort/index.js';
import type { CompiledExport, RunFacts } from '../../src/exports/index.js';
import type { RunContext } from '../../src/runtime/index.js';

/** What {@link writeExport} writes. */
export interface WriteExport {
  readonly compiled: CompiledExport;
  readonly directory: Directory;
  readonly records: readonly PatientRecord[];
  readonly facts: RunFacts;
  /** Records a task: each task has an encoder of its own. */
  readonly perTask: number;
}

/** Writes records through an export into a folder, cut into tasks as workers would, and finishes it. */
export async function writeExport(folder: string, what: WriteExport, context: RunContext): Promise<void> {
  const { compiled, directory, records, facts, perTask } = what;
  const put = async (chunks: ReturnType<CompiledExport['preamble']>): Promise<void> => {
    for (const { file, bytes } of chunks) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await appendFile(path.join(folder, file), bytes);
    }
  };
  await mkdir(folder, { recursive: true });
  await put(compiled.preamble(directory, facts));
  for (let start = 0; start < records.length; start += perTask) {
    const encoder = compiled.encoder(directory, facts);
    for (const record of records.slice(start, start + perTask)) encoder.add(record);
    await put(encoder.take());
  }
  await compiled.finish?.(folder, facts, context);
}

/** SHA-256 of every file below a folder, by path. */
export async function hashes(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const file = path.join(folder, name);
    if ((await stat(file)).isDirectory()) continue;
    found[name] = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  }
  return found;
}
