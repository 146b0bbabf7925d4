import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DataError, sha256 } from '../core/index.js';
import { writeFileAtomic } from '../runtime/index.js';

const MANIFEST = 'model.json';
const ARRAYS = 'arrays.bin';
const NETWORK = 'model.onnx';
const FORMAT = 'anamnesis.model/1';

const bytesOf = { u8: 1, u32: 4, i32: 4, f32: 4, f64: 8 } as const;
type Kind = keyof typeof bytesOf;
export type BundleArray = Uint8Array | Uint32Array | Int32Array | Float32Array | Float64Array;

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  synthesizer: z.string(),
  /** What the synthesizer itself describes, with its own schema. */
  model: z.unknown(),
  /** Where each array lies in the binary file: little-endian, aligned to eight bytes. */
  arrays: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(['u8', 'u32', 'i32', 'f32', 'f64']),
      offset: z.int().min(0).multipleOf(8),
      length: z.int().min(0),
    }),
  ),
  bytes: z.int().min(0),
  /** SHA-256 of the binary file. */
  sha256: z.string(),
  /** The network that draws, as ONNX, and what other tools must know of it. */
  network: z.looseObject({ file: z.literal(NETWORK), sha256: z.string() }).optional(),
});
type Manifest = z.infer<typeof manifestSchema>;

/** A model on disk: what it says of itself, and its numbers by name. */
export interface Bundle<M> {
  readonly model: M;
  readonly arrays: ReadonlyMap<string, BundleArray>;
  /** The bytes of an ONNX file, and what the manifest says of it. */
  readonly network?: { readonly model: Uint8Array; readonly about: object } | undefined;
}

/**
 * Writes a model as `model.json` (readable) and, where there are any, `arrays.bin` (its numbers) and `model.onnx` (its network) into an existing folder. The
 * manifest comes last and holds the hashes of the others, so a half-written model never loads.
 */
export async function writeBundle(dir: string, synthesizer: string, bundle: Bundle<unknown>): Promise<void> {
  const arrays: Manifest['arrays'] = [];
  let bytes = 0;
  for (const [name, array] of bundle.arrays) {
    arrays.push({ name, kind: kindOf(array), offset: bytes, length: array.length });
    bytes += Math.ceil(array.byteLength / 8) * 8;
  }
  const data = new Uint8Array(bytes);
  for (const [i, array] of [...bundle.arrays.values()].entries()) {
    data.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), arrays[i]!.offset);
  }
  if (arrays.length > 0) await writeFileAtomic(path.join(dir, ARRAYS), data);
  const { network } = bundle;
  if (network !== undefined) await writeFileAtomic(path.join(dir, NETWORK), network.model);
  const manifest: Manifest = {
    format: FORMAT,
    synthesizer,
    model: bundle.model,
    arrays,
    bytes,
    sha256: sha256(data),
    ...(network && { network: { file: NETWORK, sha256: sha256(network.model), ...network.about } }),
  };
  await writeFileAtomic(path.join(dir, MANIFEST), `${JSON.stringify(manifest)}\n`);
}

/** Reads a model that {@link writeBundle} wrote; arrays lie on shared memory. @throws DataError `BAD_MODEL`. */
export async function readBundle<S extends z.ZodType>(
  dir: string,
  synthesizer: string,
  schema: S,
): Promise<Bundle<z.output<S>>> {
  const manifest = parseManifest(dir, synthesizer, await readPart(dir, MANIFEST));
  const memory = manifest.arrays.length > 0 ? await readNumbers(dir, manifest) : new SharedArrayBuffer(0);
  const network = manifest.network === undefined ? undefined : await readNetwork(dir, manifest.network);
  const arrays = new Map<string, BundleArray>();
  for (const { name, kind, offset, length } of manifest.arrays) {
    const size = bytesOf[kind];
    if (offset + length * size > memory.byteLength) throw badModel(dir, `array '${name}' ends past the file`);
    arrays.set(name, arrayOn({ memory, kind, offset, length }));
  }
  const model = schema.safeParse(manifest.model);
  if (!model.success) throw badModel(dir, `${MANIFEST}: ${firstIssue(model.error)}`);
  return { model: model.data, arrays, network };
}

async function readNetwork(
  dir: string,
  about: NonNullable<Manifest['network']>,
): Promise<NonNullable<Bundle<unknown>['network']>> {
  const model = await readPart(dir, NETWORK);
  if (sha256(model) !== about.sha256)
    throw badModel(dir, `${NETWORK} is not the file that ${MANIFEST} describes`);
  return { model, about };
}

/** The error for a model that cannot be read. */
export function badModel(dir: string, problem: string, cause?: unknown): DataError {
  return new DataError('BAD_MODEL', `The model in ${dir} cannot be read.`, {
    got: problem,
    fix: 'copy the whole folder again from where it was made, or fit the model again',
    cause,
  });
}

/** An array of a bundle, by name and type. @throws DataError `BAD_MODEL`. */
export function bundleArray<A extends BundleArray>(
  bundle: Bundle<unknown>,
  dir: string,
  want: { readonly name: string; readonly type: new (length: number) => A },
): A {
  const array = bundle.arrays.get(want.name);
  if (!(array instanceof want.type)) throw badModel(dir, `array '${want.name}' is absent or of another type`);
  return array;
}

interface ArrayPlace {
  readonly memory: SharedArrayBuffer;
  readonly kind: Kind;
  readonly offset: number;
  readonly length: number;
}

function arrayOn({ memory, kind, offset, length }: ArrayPlace): BundleArray {
  switch (kind) {
    case 'u8':
      return new Uint8Array(memory, offset, length);
    case 'u32':
      return new Uint32Array(memory, offset, length);
    case 'i32':
      return new Int32Array(memory, offset, length);
    case 'f32':
      return new Float32Array(memory, offset, length);
    case 'f64':
      return new Float64Array(memory, offset, length);
  }
}

function parseManifest(dir: string, synthesizer: string, text: Buffer): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text.toString('utf8'));
  } catch (error) {
    throw badModel(dir, `${MANIFEST} is not JSON`, error);
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw badModel(dir, `${MANIFEST}: ${firstIssue(parsed.error)}`);
  if (parsed.data.synthesizer !== synthesizer) {
    throw badModel(dir, `it is a model of '${parsed.data.synthesizer}', not of '${synthesizer}'`);
  }
  return parsed.data;
}

/** Bytes that are read at a time: the numbers of a large model are in memory once. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** The numbers on shared memory. @throws DataError `BAD_MODEL` when they are not those of the manifest. */
async function readNumbers(dir: string, { bytes, sha256: wanted }: Manifest): Promise<SharedArrayBuffer> {
  const other = (cause?: unknown): DataError =>
    badModel(dir, `${ARRAYS} is not the file that ${MANIFEST} describes`, cause);
  const file = await open(path.join(dir, ARRAYS)).catch((error: unknown) => {
    throw badModel(dir, `${ARRAYS} cannot be opened`, error);
  });
  try {
    if ((await file.stat()).size !== bytes) throw other();
    const memory = new SharedArrayBuffer(bytes);
    const all = new Uint8Array(memory);
    const hash = createHash('sha256');
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, bytes));
    for (let at = 0; at < bytes;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) throw other();
      const part = chunk.subarray(0, Math.min(bytesRead, bytes - at));
      hash.update(part);
      all.set(part, at);
      at += part.length;
    }
    if (hash.digest('hex') !== wanted) throw other();
    return memory;
  } finally {
    await file.close();
  }
}

async function readPart(dir: string, file: string): Promise<Buffer> {
  try {
    return await readFile(path.join(dir, file));
  } catch (error) {
    throw badModel(dir, `${file} cannot be opened`, error);
  }
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'not as expected' : `${issue.path.map(String).join('.')}: ${issue.message}`;
}

function kindOf(array: BundleArray): Kind {
  if (array instanceof Uint8Array) return 'u8';
  if (array instanceof Uint32Array) return 'u32';
  if (array instanceof Float32Array) return 'f32';
  return array instanceof Int32Array ? 'i32' : 'f64';
}
