import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { sha256 } from '../../core/index.js';
import { writeFileAtomic } from '../../runtime/index.js';
import { curveSchema } from './curve.js';

const headSchema = z.strictObject({
  /** Of all that the fit reads: another table or option begins anew. */
  fingerprint: z.string(),
  /** Passes done. */
  epoch: z.int().min(0),
  /** Steps done. */
  step: z.int().min(0),
  plateau: z.strictObject({
    rate: z.number(),
    best: z.number().nullable(),
    sinceBest: z.int(),
    sinceLowered: z.int(),
  }),
  curve: curveSchema,
  vectors: z.array(z.strictObject({ name: z.string(), length: z.int().min(0) })),
  /** SHA-256 of the numbers that follow. */
  sha256: z.string(),
});
type Head = z.infer<typeof headSchema>;

/** The state of a fit between two passes: plain data, and vectors by their names. */
export interface Checkpoint extends Omit<Head, 'vectors' | 'sha256'> {
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/** Writes the state as one file, so that a crash leaves the old or the new one. */
export async function writeCheckpoint(file: string, { vectors, ...state }: Checkpoint): Promise<void> {
  const entries = Object.entries(vectors);
  const data = new Float32Array(entries.reduce((total, [, { length }]) => total + length, 0));
  let at = 0;
  for (const [, vector] of entries) {
    data.set(vector, at);
    at += vector.length;
  }
  const bytes = Buffer.from(data.buffer);
  const places = entries.map(([name, { length }]) => ({ name, length }));
  const head = Buffer.from(JSON.stringify({ ...state, vectors: places, sha256: sha256(bytes) }));
  await mkdir(path.dirname(file), { recursive: true });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  await writeFileAtomic(file, Buffer.concat([length, head, bytes]));
}

/** The state of the same fit, if a whole one is there. */
export async function readCheckpoint(file: string, fingerprint: string): Promise<Checkpoint | undefined> {
  let content: Buffer;
  try {
    content = await readFile(file);
  } catch {
    return undefined; // the first time, or another folder: begin anew
  }
  if (content.length < 4) return undefined;
  const end = 4 + content.readUInt32LE(0);
  const head = parse(content.subarray(4, end).toString('utf8'));
  if (head?.fingerprint !== fingerprint) return undefined;
  const { vectors: places, sha256: wanted, ...state } = head;
  const bytes = Uint8Array.from(content.subarray(end));
  const size = places.reduce((total, { length }) => total + length, 0);
  if (bytes.length !== size * 4 || sha256(bytes) !== wanted) return undefined;
  const data = new Float32Array(bytes.buffer);
  let at = 0;
  const vectors: Record<string, Float32Array> = {};
  for (const { name, length } of places) vectors[name] = data.slice(at, (at += length));
  return { ...state, vectors };
}

function parse(text: string): Head | undefined {
  try {
    return headSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
