import path from 'node:path';
import { UserError } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import { buildFolderAtomic, codeVersion, formatCount, writeFileAtomic } from '../../runtime/index.js';
import { checkConstraints, compileConstraints } from '../../stages/constraints/index.js';
import { renderReport } from '../../stages/report/index.js';
import type { Report, SynthesizerInfo } from '../../stages/validate/index.js';
import { compileValidation, evaluateTables } from '../../stages/validate/index.js';
import { synthesizers } from '../../synthesizers/index.js';
import type { Table } from '../../table/index.js';
import { writeJson } from '../run/json-file.js';
import { withRawTable } from './input.js';
import { partOf } from './learn.js';
import type { TableManifest } from './manifest.js';
import { readModelManifest } from './manifest.js';
import { readTyped } from './read.js';
import { readLike } from './read-like.js';
import type { PlannedFit } from './request.js';
import { readConstraintsFile, readSchemaFile } from './request.js';
import { sidesOf } from './split.js';

/** What is to be judged, against what. */
export interface EvaluateTableRequest {
  readonly synthetic: string;
  /** The real file, of which the test part is found again or set aside; or `train` and `test`. */
  readonly real?: string | undefined;
  readonly train?: string | undefined;
  readonly test?: string | undefined;
  /** Folder of the model that made the rows: says how the real file was read and split, and what was promised. */
  readonly model?: string | undefined;
  /** Folder for the report. */
  readonly out: string;
  /** Default: the model's. */
  readonly labels?: readonly string[];
  /** Columns that attackers try to infer. Default: the labels. */
  readonly sensitive?: readonly string[] | undefined;
  readonly schemaFile?: string | undefined;
  readonly constraintsFile?: string | undefined;
  readonly unit?: string | undefined;
  readonly drop?: readonly string[];
  /** Share of the test part where neither a model nor files say it. Default 0.2. */
  readonly testShare?: number;
  readonly seed: number;
  /** Bootstrap resamples of the intervals. Default: the validation's own. */
  readonly resamples?: number | undefined;
  readonly memoryLimitMiB?: number | undefined;
}

/** A constraint checked on real and synthetic rows. */
export interface CheckedConstraint {
  readonly id: string;
  readonly text: string;
  readonly real: { readonly violations: number; readonly rows: number };
  readonly synthetic: { readonly violations: number; readonly rows: number };
}

export interface EvaluateTableResult {
  readonly report: Report;
  readonly reportHtml: string;
  readonly reportJson: string;
  readonly constraints: readonly CheckedConstraint[];
  /** Where the real test part comes from, and other things that a reader should know. */
  readonly notes: readonly string[];
}

/** How the real rows are read: from a model, or from the request. */
interface Terms {
  readonly manifest: TableManifest | undefined;
  readonly labels: readonly string[];
  readonly reading: PlannedFit['schema'];
  readonly unit: string | null;
  readonly constraints: PlannedFit['constraints'];
}

interface RealParts {
  readonly train: Table;
  readonly test: Table;
  readonly dates: Awaited<ReturnType<typeof readTyped>>['dates'];
  readonly note: string;
}

/**
 * Judges a file of synthetic rows against real ones and writes `report.html`, `report.json` and `constraints.json`.
 * @throws UserError `NO_LABEL`, `NO_FILE`, `REAL_ROWS`; DataError of reading and of `evaluateTables`.
 */
export async function evaluateTable(
  request: EvaluateTableRequest,
  context: RunContext,
): Promise<EvaluateTableResult> {
  checkFiles(request);
  const terms = await termsOf(request);
  return buildFolderAtomic(request.out, 'report.json', async (folder) => {
    const real = await readReal(request, terms, context);
    const columns = real.train.schema.filter((s) => s.role !== 'key');
    const synthetic = await withRawTable(inputOf(request.synthetic, request), context, (raw) =>
      readLike(raw, { columns, reading: terms.reading, dates: real.dates }),
    );
    const checked = checkBoth(terms, real, synthetic);
    const notes = [real.note, ...checked.map(constraintNote)];
    const report = await evaluateTables({
      train: real.train,
      test: real.test,
      synthetic,
      labels: terms.labels,
      sensitive: request.sensitive,
      synthesizer: makerOf(terms.manifest, request.synthetic),
      names: {
        name: path.basename(path.resolve(request.out)),
        title: path.basename(request.real ?? request.train ?? 'table'),
        unit: 'row',
        seed: String(request.seed),
        codeVersion: codeVersion(['core', 'numerics', 'table', 'trees', 'stages', 'privacy']).slice(0, 12),
        notes,
      },
      options: compileValidation({
        ...(terms.unit === null ? {} : { subjectKey: terms.unit }),
        ...(request.resamples === undefined ? {} : { resamples: request.resamples }),
      }),
      context,
    });
    await writeJson(folder, 'report.json', report);
    await writeJson(folder, 'constraints.json', {
      schema: 'anamnesis.constraints-check/1',
      constraints: checked,
    });
    await writeFileAtomic(path.join(folder, 'report.html'), renderReport(report));
    return {
      report,
      reportHtml: path.join(request.out, 'report.html'),
      reportJson: path.join(request.out, 'report.json'),
      constraints: checked,
      notes,
    };
  });
}

function checkFiles({ real, train, test }: EvaluateTableRequest): void {
  const fix =
    'give the real file and the synthetic file, or --train train.csv --test test.csv and the synthetic file';
  if (real === undefined && (train === undefined || test === undefined))
    throw new UserError('REAL_ROWS', 'It is not said which real rows to judge against.', { fix });
  if (real !== undefined && (train !== undefined || test !== undefined))
    throw new UserError('REAL_ROWS', 'Both a real file and parts of it are named.', { fix });
}

async function termsOf(request: EvaluateTableRequest): Promise<Terms> {
  const manifest = request.model === undefined ? undefined : await readModelManifest(request.model);
  const own = request.schemaFile === undefined ? manifest?.reading : undefined;
  const reading = own ?? (await readSchemaFile(request.schemaFile));
  const constraints =
    request.constraintsFile === undefined && manifest !== undefined
      ? { document: manifest.constraints }
      : await readConstraintsFile(request.constraintsFile);
  const named = request.labels ?? [];
  return {
    manifest,
    labels: named.length > 0 ? [...new Set(named)] : (manifest?.labels ?? []),
    reading: { ...reading, drop: [...new Set([...reading.drop, ...(request.drop ?? [])])] },
    unit: request.unit ?? manifest?.split.unit ?? null,
    constraints,
  };
}

async function readReal(
  request: EvaluateTableRequest,
  terms: Terms,
  context: RunContext,
): Promise<RealParts> {
  const { labels, unit, manifest } = terms;
  const options = { labels, unit, schema: withoutDeclarations(terms) };
  if (request.train !== undefined && request.test !== undefined) {
    const train = await withRawTable(inputOf(request.train, request), context, (raw) =>
      readTyped(raw, options, context),
    );
    const columns = train.table.schema;
    const test = await withRawTable(inputOf(request.test, request), context, (raw) =>
      readLike(raw, { columns, reading: terms.reading, dates: train.dates }),
    );
    const note = 'The real test part was given as a file of its own.';
    return {
      train: modelled(train.table, manifest),
      test: modelled(test, manifest),
      dates: train.dates,
      note,
    };
  }
  return withRawTable(inputOf(request.real!, request), context, async (raw) => {
    const read = await readTyped(raw, options, context);
    const split = manifest?.split ?? { seed: request.seed, testShare: request.testShare ?? 0.2, unit };
    const sides = await sidesOf(raw, split);
    const [train, test] = [partOf(sides, 0), partOf(sides, 1)];
    if (test.length === 0)
      throw new UserError('REAL_ROWS', 'There is no real test part: the model learned from all rows.', {
        fix: 'fit with --test-share 0.2, or give real rows that it never saw: --train data.csv --test other.csv',
      });
    return {
      train: modelled(read.table.take(train), manifest),
      test: modelled(read.table.take(test), manifest),
      dates: read.dates,
      note: splitNote(manifest, { train: train.length, test: test.length }),
    };
  });
}

/** Judged are all values, so nothing is moved into declared bounds; kinds and roles stay as declared. */
function withoutDeclarations({ reading, manifest }: Terms): PlannedFit['schema'] {
  const kinds = new Map(manifest?.columns.map((s) => [s.name, s]));
  const columns = Object.entries(reading.columns).map(([name, settings]) => {
    const declared = settings.domain === 'declared';
    const listed = !declared || settings.kind === 'ordinal' || settings.kind === 'binary';
    const kind = settings.kind ?? (declared ? kinds.get(name)?.kind : undefined);
    const categories = listed ? settings.categories : undefined;
    return [name, { ...settings, kind, categories, bounds: undefined, domain: undefined }] as const;
  });
  return { ...reading, columns: Object.fromEntries(columns) };
}

/** Keys and the columns that the model makes. */
function modelled(table: Table, manifest: TableManifest | undefined): Table {
  if (manifest === undefined) return table;
  const made = new Set(manifest.columns.map((s) => s.name));
  return table.select(table.schema.filter((s) => s.role === 'key' || made.has(s.name)).map((s) => s.name));
}

function splitNote(manifest: TableManifest | undefined, rows: { train: number; test: number }): string {
  const parts = `${formatCount(rows.train)} rows to train on, ${formatCount(rows.test)} to test on`;
  return manifest === undefined
    ? `The real rows were split here (${parts}). Whether the generator saw the test part is not known: give --model, or --train and --test, for figures that can be relied upon.`
    : `The real test part is the one that was set aside when the model was fitted (${parts}); the model never saw it.`;
}

function makerOf(manifest: TableManifest | undefined, file: string): SynthesizerInfo {
  if (manifest === undefined) {
    const name = path.basename(file);
    const reason = 'the rows were made elsewhere; no claim was checked';
    return {
      id: name,
      title: name,
      generation: 'data-driven',
      options: {},
      privacy: { kind: 'none', reason },
    };
  }
  const { id, options } = manifest.synthesizer;
  const known = synthesizers.get(id);
  return {
    id,
    title: known?.title ?? id,
    generation: known?.generation ?? 'data-driven',
    options,
    privacy: manifest.privacy,
    training: manifest.training,
  };
}

function checkBoth({ constraints }: Terms, real: RealParts, synthetic: Table): CheckedConstraint[] {
  if (constraints.document.constraints.length === 0) return [];
  const onReal = compileConstraints(real.train.schema, constraints);
  const onSynthetic = compileConstraints(synthetic.schema, constraints);
  const counted = checkConstraints(real.train, onReal).violations;
  const drawn = checkConstraints(synthetic, onSynthetic).violations;
  return onReal.map(({ id, text }, i) => ({
    id,
    text,
    real: { violations: counted[i]!, rows: real.train.rows },
    synthetic: { violations: drawn[i]!, rows: synthetic.rows },
  }));
}

function constraintNote({ text, real, synthetic }: CheckedConstraint): string {
  return `Constraint ${text}: broken in ${formatCount(synthetic.violations)} of ${formatCount(synthetic.rows)} synthetic rows and in ${formatCount(real.violations)} of ${formatCount(real.rows)} real ones.`;
}

function inputOf(
  file: string,
  { memoryLimitMiB }: EvaluateTableRequest,
): { file: string; memoryLimitMiB: number | undefined } {
  return { file, memoryLimitMiB };
}
