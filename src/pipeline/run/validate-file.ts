import path from 'node:path';
import { Database } from '../../duckdb/index.js';
import type { RunContext } from '../../runtime/index.js';
import { sha256File } from '../../runtime/index.js';
import type { Report } from '../../stages/validate/index.js';
import type { ColumnSchema, Table, TableFileOptions } from '../../table/index.js';
import { compileTableFile, isNumericKind, readTable } from '../../table/index.js';
import { runStages } from '../runner.js';
import { readFeatures } from './features-files.js';
import { readReport, reportStage } from './report-stage.js';
import type { RunRequest } from './run.js';
import { realStages, sourceTitle } from './run.js';
import { planValidation, validateStage } from './validate-stages.js';

/** Rows made elsewhere, to be measured against a blueprint's real records. */
export interface ValidateFileRequest extends RunRequest {
  /** CSV or Parquet with the blueprint's feature and label columns. */
  readonly file: string;
  /** What the report calls the maker of the rows, e.g. `vendor-x`. */
  readonly maker: string;
}

/**
 * Measures a file of synthetic rows as a run measures its own. Stages on the real records are shared with the blueprint's runs
 * in the same folder.
 * @throws DataError `SYNTHETIC_SCHEMA` when columns are absent or of another kind; those of reading a table.
 */
export async function validateFile(
  request: ValidateFileRequest,
  context: RunContext,
): Promise<{ report: Report; reportHtml: string; reportJson: string }> {
  const { blueprint, folder, file, maker, name, seed } = request;
  const contentHash = await sha256File(file);
  const validate = validateStage(
    { name: 'file', needs: ['gate'] },
    planValidation(blueprint),
    async (inputs) => {
      const { train } = await readFeatures(inputs['features']!.folder);
      return {
        info: {
          id: maker,
          title: maker,
          generation: 'data-driven',
          options: { sha256: contentHash },
          privacy: { kind: 'none', reason: 'the rows were made elsewhere; no claim was checked' },
        },
        synthetic: await readLike(file, train, context),
      };
    },
  );
  const keyed = { ...validate, config: { options: validate.config, contentHash, maker } };
  const report = reportStage(blueprint, { name, seed, sourceTitle: sourceTitle(blueprint) }, [keyed.id]);
  const stages = [...(await realStages(request, context)), keyed, { ...report, id: 'report-file' }];
  const outputs = await runStages(folder, stages, context, request.onEvent);
  const at = outputs['report-file']!.folder;
  return {
    report: await readReport(at),
    reportHtml: path.join(at, 'report.html'),
    reportJson: path.join(at, 'report.json'),
  };
}

/** Reads a file with the kinds of the real table's columns; other columns are left out. */
async function readLike(file: string, real: Table, context: RunContext): Promise<Table> {
  const db = await Database.open({ threads: context.pool.size, signal: context.signal });
  try {
    const columns = Object.fromEntries(
      real.schema.filter((s) => s.role !== 'key').map((s) => [s.name, settingsOf(s)]),
    );
    return (await readTable(db, file, compileTableFile({ columns }), context.signal)).table;
  } finally {
    db.close();
  }
}

function settingsOf({
  kind,
  role,
  categories,
}: ColumnSchema): NonNullable<TableFileOptions['columns']>[string] {
  const fixed = !isNumericKind(kind) && kind !== 'categorical' && categories !== undefined;
  return { kind, role, ...(fixed ? { categories: [...categories] } : {}) };
}
