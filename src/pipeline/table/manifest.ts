import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DataError } from '../../core/index.js';
import { sha256File, writeFileAtomic } from '../../runtime/index.js';
import { constraintsDocumentSchema } from '../../stages/constraints/index.js';
import { trainingSchema } from '../../stages/validate/index.js';
import { columnSchema, tableFileShape } from '../../table/index.js';

/** File that makes a folder a model of a table. */
export const modelMarker = 'model.json';
/** Folder of the synthesizer's own files. */
export const modelFolder = 'synthesizer';

const format = 'anamnesis.table-model/1';

const privacySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none'), reason: z.string() }),
  z.strictObject({ kind: z.literal('dp'), epsilon: z.number(), delta: z.number(), unit: z.string() }),
]);

/**
 * What a model of one table says of itself. Under differential privacy nothing in it depends on the records but through the noisy
 * answers in the ledger: no counts of rows, no hash of the file.
 */
const manifestSchema = z.strictObject({
  format: z.literal(format),
  /** Version of Anamnesis and a hash of its code. */
  madeBy: z.strictObject({ version: z.string(), code: z.string() }),
  synthesizer: z.strictObject({ id: z.string(), options: z.json() }),
  /** Columns of the rows that are drawn, in their order. */
  columns: z.array(columnSchema),
  labels: z.array(z.string()),
  /** Columns of the file that are not modelled, and why. */
  setAside: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
  /** Columns of dates, which are modelled as days. */
  dates: z.record(z.string(), z.enum(['date', 'time'])),
  /** How the file was read, so that it can be read in the same way again. */
  reading: z.strictObject({ ...tableFileShape, drop: z.array(z.string()) }),
  /** How the real test part was set aside: enough to find it again in the same file. */
  split: z.strictObject({ seed: z.int(), testShare: z.number(), unit: z.string().nullable() }),
  /** Rows of the parts; null under differential privacy, where they are private. */
  rows: z.strictObject({ train: z.int(), test: z.int() }).nullable(),
  constraints: constraintsDocumentSchema,
  /** Relations that every drawn row keeps by construction, in words. */
  relations: z.array(z.string()),
  privacy: privacySchema,
  /** How a network was trained. */
  training: trainingSchema.optional(),
  /** The privacy ledger; null without differential privacy. */
  receipt: z.json(),
  /** SHA-256 of each file of the model. */
  files: z.record(z.string(), z.string()),
});
export type TableManifest = z.infer<typeof manifestSchema>;

/** Writes the manifest of a folder whose other files are complete. */
export async function writeModelManifest(
  folder: string,
  manifest: Omit<TableManifest, 'format' | 'files'>,
): Promise<void> {
  const whole: TableManifest = { format, ...manifest, files: await hashFiles(folder) };
  await writeFileAtomic(path.join(folder, modelMarker), `${JSON.stringify(whole, null, 2)}\n`);
}

/**
 * Reads a model's manifest and checks its files against it.
 * @throws DataError `NO_MODEL`, `NEWER_MODEL`, `BAD_MODEL`.
 */
export async function readModelManifest(folder: string): Promise<TableManifest> {
  const file = path.join(folder, modelMarker);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new DataError('NO_MODEL', `There is no model in ${folder}.`, {
      expected: `a folder that 'anamnesis table fit' wrote, with ${modelMarker}`,
      fix: 'check the path, or fit a model first',
      cause,
    });
  });
  const manifest = parse(folder, text);
  const found = await hashFiles(folder);
  const damaged = Object.entries(manifest.files).filter(([name, hash]) => found[name] !== hash);
  if (damaged.length > 0) throw damagedModel(folder, `${damaged[0]![0]} is absent or was changed`);
  return manifest;
}

function parse(folder: string, text: string): TableManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw damagedModel(folder, `${modelMarker} is not JSON`, cause);
  }
  const head = z.object({ format: z.string() }).safeParse(json);
  if (!head.success || !head.data.format.startsWith('anamnesis.table-model/'))
    throw new DataError('NO_MODEL', `${path.join(folder, modelMarker)} is not the model of a table.`, {
      expected: `format ${format}`,
      got: head.success ? head.data.format : 'a file without a format',
      fix: "name a folder that 'anamnesis table fit' wrote",
    });
  if (head.data.format !== format)
    throw new DataError(
      'NEWER_MODEL',
      `The model in ${folder} was written by another version of Anamnesis.`,
      {
        expected: format,
        got: head.data.format,
        fix: 'use that version, or fit the model again',
      },
    );
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damagedModel(
    folder,
    `${modelMarker}: ${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? ''}`,
  );
}

function damagedModel(folder: string, got: string, cause?: unknown): DataError {
  return new DataError('BAD_MODEL', `The model in ${folder} is damaged.`, {
    got,
    fix: 'copy the whole folder again from where it was made, or fit the model again',
    cause,
  });
}

async function hashFiles(folder: string): Promise<Record<string, string>> {
  const root = path.join(folder, modelFolder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
  const files: Record<string, string> = {};
  for (const name of names) files[name] = await sha256File(path.join(folder, name));
  return files;
}
