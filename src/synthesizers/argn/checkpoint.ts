import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { sha256 } from '../../core/index.js';
import { writeFileAtomic } from '../../runtime/index.js';

const FILE = 'argn.checkpoint';

const headSchema = z.strictObject({
  /** Of all that the fit reads: another table or option begins anew. */
  fingerprint: z.string(),
  epoch: z.int().min(0),
  step: z.int().min(0),
  plateau: z.strictObject({
    rate: z.number(),
    best: z.number().nullable(),
    sinceBest: z.int(),
    sinceLowered: z.int(),
  }),
  curve: z.array(z.strictObject({ training: z.number(), validation: z.number(), learningRate: z.number() })),
  size: z.int().min(0),
  /** SHA-256 of the numbers that follow. */
  sha256: z.string(),
});
type Head = z.infer<typeof headSchema>;

const vectors = ['parameters', 'first', 'second', 'average', 'best'] as const;

/** The state of a fit between two passes. */
export interface Checkpoint extends Omit<Head, 'size' | 'sha256'> {
  readonly numbers: Record<(typeof vectors)[number], Float32Array>;
}

/** Writes the state as one file, so that a crash leaves the old or the new one. */
export async function writeCheckpoint(folder: string, { numbers, ...state }: Checkpoint): Promise<void> {
  const size = numbers.parameters.length;
  const data = new Float32Array(size * vectors.length);
  for (const [i, name] of vectors.entries()) data.set(numbers[name], i * size);
  const bytes = Buffer.from(data.buffer);
  const head = Buffer.from(JSON.stringify({ ...state, size, sha256: sha256(bytes) }));
  await mkdir(folder, { recursive: true });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  await writeFileAtomic(path.join(folder, FILE), Buffer.concat([length, head, bytes]));
}

/** The state of the same fit, if a whole one is there. */
export async function readCheckpoint(folder: string, fingerprint: string): Promise<Checkpoint | undefined> {
  let file: Buffer;
  try {
    file = await readFile(path.join(folder, FILE));
  } catch {
    return undefined; // the first time, or another folder: begin anew
  }
  if (file.length < 4) return undefined;
  const end = 4 + file.readUInt32LE(0);
  const head = parse(file.subarray(4, end).toString('utf8'));
  if (head?.fingerprint !== fingerprint) return undefined;
  const bytes = Uint8Array.from(file.subarray(end));
  const { size, sha256: wanted, ...state } = head;
  if (bytes.length !== size * vectors.length * 4 || sha256(bytes) !== wanted) return undefined;
  const data = new Float32Array(bytes.buffer);
  const vector = (name: (typeof vectors)[number]): Float32Array => {
    const i = vectors.indexOf(name);
    return data.slice(i * size, (i + 1) * size);
  };
  const numbers = {
    parameters: vector('parameters'),
    first: vector('first'),
    second: vector('second'),
    average: vector('average'),
    best: vector('best'),
  };
  return { ...state, numbers };
}

function parse(text: string): Head | undefined {
  try {
    return headSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
