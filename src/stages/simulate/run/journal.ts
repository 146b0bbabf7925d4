import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** Name of the file inside a folder in the making that says how far it has come. */
export const journalFile = '.journal';

const progress = z.strictObject({
  /** Patients that are written. */
  patients: z.number().int().min(0),
  bytes: z.number().min(0),
  entries: z.number().min(0),
  tried: z.number().min(0),
  unfit: z.number().min(0),
  dead: z.number().min(0),
  spared: z.number().min(0),
  refused: z.record(z.string(), z.number()),
});
/** How far a run has come, with its counts so far. */
export type RunProgress = z.infer<typeof progress>;

/** A line of the journal: the size of a file, or, after the sizes of all files that have grown, how far the run has come. */
const lineSchema = z.union([z.tuple([z.string(), z.number()]), progress]);

/** Files with their sizes, and how far the run had come when they had them. */
export interface Checkpoint {
  readonly sizes: ReadonlyMap<string, number>;
  readonly progress: RunProgress;
}

/** Notes a checkpoint: the sizes of the files that have grown since the last one, then the progress, in one write. */
export function noteCheckpoint(
  folder: string,
  grown: ReadonlyMap<string, number>,
  progressNow: RunProgress,
): void {
  const lines = [...grown].map((line) => `${JSON.stringify(line)}\n`);
  appendFileSync(path.join(folder, journalFile), `${lines.join('')}${JSON.stringify(progressNow)}\n`);
}

/**
 * Puts a folder that an interrupted run has left back to its last checkpoint: files are cut to their sizes, later ones removed.
 * @returns null when there is no checkpoint or the files do not reach it; the folder is emptied then.
 */
export function restoreCheckpoint(folder: string): Checkpoint | null {
  const checkpoint = readJournal(folder);
  if (checkpoint !== null && cutBack(folder, checkpoint.sizes)) return checkpoint;
  for (const name of existsSync(folder) ? readdirSync(folder) : [])
    rmSync(path.join(folder, name), { recursive: true, force: true });
  return null;
}

/** What follows does not go on from checkpoints: the folder is finished in one go. */
export function removeJournal(folder: string): void {
  rmSync(path.join(folder, journalFile), { force: true });
}

/** The last checkpoint that was noted as a whole; a journal's end may be torn. */
function readJournal(folder: string): Checkpoint | null {
  const file = path.join(folder, journalFile);
  if (!existsSync(file)) return null;
  const text = readFileSync(file, 'utf8');
  const sizes = new Map<string, number>();
  let grown: [string, number][] = [];
  let last: RunProgress | null = null;
  let end = 0;
  let at = 0;
  for (;;) {
    const stop = text.indexOf('\n', at);
    const line = stop < 0 ? undefined : parseLine(text.slice(at, stop));
    if (line === undefined) break;
    at = stop + 1;
    if (Array.isArray(line)) {
      grown.push(line);
      continue;
    }
    for (const [name, size] of grown) sizes.set(name, size);
    grown = [];
    last = line;
    end = at;
  }
  if (last === null) return null;
  truncateSync(file, Buffer.byteLength(text.slice(0, end)));
  return { sizes, progress: last };
}

function parseLine(text: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // torn
  }
}

/** @returns false when a file is missing or too short. */
function cutBack(folder: string, sizes: ReadonlyMap<string, number>): boolean {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file).split(path.sep).join('/');
    if (name !== journalFile && !sizes.has(name)) rmSync(file);
  }
  for (const [name, size] of sizes) {
    const file = path.join(folder, name);
    if (!existsSync(file) || statSync(file).size < size) return false;
    truncateSync(file, size);
  }
  return true;
}
