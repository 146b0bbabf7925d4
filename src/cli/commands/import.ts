import type { Command } from 'commander';
import { z } from 'zod';
import type { CohortManifest } from '../../cohort/index.js';
import { UserError } from '../../core/index.js';
import { formatCount } from '../../runtime/index.js';
import type { Source } from '../../sources/index.js';
import { vocabularyRoot } from '../../sources/catalogue/index.js';
import { importCohort, sourceById, sources } from '../../sources/index.js';
import type { Session } from '../context.js';
import { compileOptions, openSession } from '../context.js';
import { placesFor } from '../data.js';
import type { Output } from '../output.js';
import { textTable } from '../text-table.js';

const importOptions = z.object({
  out: z.string(),
  source: z.string().optional(),
  data: z.string().optional(),
  memory: z.coerce.number().int().min(256).optional(),
  seed: z.coerce.number().int().min(0).default(1),
  set: z.array(z.string()).default([]),
});

/** `anamnesis import <folder> -o <store>` */
export function addImport(program: Command): void {
  program
    .command('import')
    .summary('real records into a cohort store')
    .description(
      `Reads the tables of a source and writes a cohort store: Parquet files (a superset of MEDS) with LOINC and ICD-10-CM
codes, UCUM units, and cohort.json with counts, hashes and the import report. Rows that cannot be mapped are kept under
their source code; rows that cannot be true are left out, counted by reason.

Sources: ${sources.map((s) => s.id).join(', ')}`,
    )
    .argument('[folder]', 'folder of the source (not needed for reference-hospital)')
    .requiredOption('-o, --out <folder>', 'folder for the cohort store')
    .option('--source <id>', 'kind of source (default: recognised from the folder)')
    .option('--data <folder>', 'folder with open data and vocabularies (ICD-9 to ICD-10-CM)')
    .option('--memory <MiB>', 'memory that queries may take before they spill to disk')
    .option('--set <key=value>', "a setting of the source, e.g. --set 'sets=[a]' (repeatable)", collect, [])
    .addHelpText(
      'after',
      `
Examples:
  anamnesis import /secure/mimiciv/2.2 -o stores/mimic
  anamnesis import --source reference-hospital --set patients=2000 -o stores/reference`,
    )
    .action(async (folder: string | undefined, _options: unknown, command: Command) => {
      const options = compileOptions(importOptions, command);
      const session = openSession(command);
      try {
        await importCommand(folder, options, session);
      } finally {
        await session.close();
      }
    });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

async function importCommand(
  folder: string | undefined,
  options: z.infer<typeof importOptions>,
  session: Session,
): Promise<void> {
  const source = options.source === undefined ? await recognise(folder) : sourceById(options.source);
  if (folder === undefined && source.id !== 'reference-hospital') {
    throw new UserError('NO_FOLDER', `Source '${source.id}' needs a folder.`, {
      fix: `anamnesis import <folder> --source ${source.id} -o ${options.out}`,
    });
  }
  const manifest = await importCohort(
    { source, dir: folder ?? '' },
    options.out,
    {
      dataRoot: vocabularyRoot(placesFor(options.data)),
      settings: settingsOf(options.set),
      ...(options.memory === undefined ? {} : { memoryLimitMiB: options.memory }),
    },
    session.context(options.seed),
  );
  tellImport(manifest, options.out, session.output);
}

async function recognise(folder: string | undefined): Promise<Source> {
  if (folder !== undefined) {
    for (const source of sources) if (await source.detect(folder)) return source;
  }
  throw new UserError('UNKNOWN_SOURCE', 'It is not clear what kind of records to import.', {
    expected: `a folder of one of ${sources.map((s) => s.id).join(', ')}`,
    got: folder === undefined ? 'no folder' : `${folder}, which looks like none of them`,
    fix: 'check the folder, or name the source with --source',
  });
}

/** `key=value` pairs; a value that is JSON is read as such. */
function settingsOf(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UserError('BAD_OPTION', `--set takes key=value, not '${pair}'.`);
      return [pair.slice(0, at), valueOf(pair.slice(at + 1))];
    }),
  );
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return /^\[.*\]$/.test(text)
      ? text
          .slice(1, -1)
          .split(',')
          .map((s) => s.trim())
      : text;
  }
}

/** The table with which an import ends. */
function tellImport(manifest: CohortManifest, out: string, output: Output): void {
  const { report, counts } = manifest;
  const rejected = (t: (typeof report.tables)[number]): number =>
    t.rejected.reduce((sum, r) => sum + r.rows, 0);
  output.line(
    textTable(
      ['table', 'rows read', 'mapped', 'unmapped', 'rejected', 'reasons'],
      report.tables.map((t) => [
        t.table,
        ...[t.read, t.mapped, t.unmapped, rejected(t)].map(formatCount),
        t.rejected.map((r) => `${r.reason}: ${formatCount(r.rows)}`).join('; '),
      ]),
    ),
  );
  for (const { check, rows } of report.findings) output.line(`checked: ${check}: ${formatCount(rows)}`);
  for (const remark of report.remarks) output.line(`note: ${remark}`);
  output.line();
  output.line(
    `${out}: ${formatCount(counts.subjects)} patients, ${formatCount(counts.encounters)} encounters, ${formatCount(counts.events)} events`,
  );
  output.json({ store: out, fingerprint: manifest.fingerprint, counts, report });
}
