import { fingerprint, UserError } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import { Table } from '../../table/index.js';
import type { Report, ReportMeta, SynthesizerInfo, ValidationTask } from '../document.js';
import { assembleReport } from './assemble.js';
import type { CompiledValidation } from './options.js';
import { computeReference } from './reference.js';
import { subjectsOf } from './subjects.js';
import { validateSynthetic } from './synthetic.js';

/** What a report on tables calls things. */
export interface TableNames {
  /** Name of the evaluation, e.g. the folder's. */
  readonly name: string;
  /** What the real table is called for people, e.g. its file name. */
  readonly title: string;
  /** What it is for; default: a sentence that names the labels. */
  readonly purpose?: string | undefined;
  /** What one row is. Default `row`. */
  readonly unit?: string | undefined;
  /** Master seed, as the report shows it. */
  readonly seed: string;
  readonly codeVersion: string;
  /** Sentences that a reader should know, e.g. how the test part was set aside. */
  readonly notes?: readonly string[] | undefined;
  readonly provenance?: ReportMeta['provenance'];
}

/** Real rows that the synthesizer learned from, real rows that it never saw, and its rows. */
export interface TablesRequest {
  /** Real rows that the synthesizer learned from; key columns (`role: 'key'`) may name the patient. */
  readonly train: Table;
  /** Real rows of other patients that it never saw. */
  readonly test: Table;
  readonly synthetic: Table;
  /** Columns to be predicted. None: utility is not computable, the rest is. */
  readonly labels: readonly string[];
  /** By label: columns that must not help to predict it, since they follow from it. Other labels never do. */
  readonly exclude?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Columns that attackers try to infer, at most 6. Default: those of the options, else the first four labels. */
  readonly sensitive?: readonly string[] | undefined;
  /** Who made the rows and what may be claimed of them. */
  readonly synthesizer: SynthesizerInfo;
  readonly names: TableNames;
  readonly options: CompiledValidation;
  readonly context: RunContext;
}

/**
 * Judges synthetic rows for people who have just tables: makes a task of each label, trains the reference models, measures
 * fidelity, utility and privacy, and returns the document that `renderReport` draws. The same request gives the same bytes
 * for any number of workers.
 * @throws UserError `NO_LABEL` for labels and sensitive columns that the real table lacks; DataError `NO_ROWS`, `SYNTHETIC_SCHEMA`.
 */
export async function evaluateTables(request: TablesRequest): Promise<Report> {
  const { labels, sensitive, context, names } = request;
  const options: CompiledValidation =
    sensitive === undefined
      ? request.options
      : { ...request.options, privacy: { ...request.options.privacy, sensitive } };
  checkNames(request);
  const train = withLabels(request.train, labels);
  const test = withLabels(request.test, labels);
  const synthetic = withLabels(request.synthetic, labels);
  const tasks = tasksOf(train, request);
  const reference = await computeReference({
    train,
    test,
    tasks,
    options,
    context: { ...context, rng: context.rng.split('reference') },
  });
  const result = await validateSynthetic({
    train,
    test,
    synthetic,
    tasks,
    reference,
    synthesizer: request.synthesizer,
    options,
    context: { ...context, rng: context.rng.split('validate') },
  });
  const part = (table: Table): { rows: number; patients: number } => ({
    rows: table.rows,
    patients: subjectsOf(table, options.subjectKey).count,
  });
  return assembleReport({
    meta: {
      name: names.name,
      title: names.title,
      purpose: names.purpose ?? purposeOf(labels),
      source: { id: 'table', title: names.title },
      dataKind: 'real',
      unit: names.unit ?? 'row',
      train: part(train),
      test: part(test),
      seed: names.seed,
      codeVersion: names.codeVersion,
      notes: [...(names.notes ?? [])],
      provenance: names.provenance ?? {
        cohort: [],
        hashes: [{ name: 'options of the evaluation', sha256: fingerprint(options) }],
        versions: [],
      },
    },
    columns: train.schema,
    reference,
    results: [result],
  });
}

function checkNames({ train, labels, sensitive = [], exclude = {} }: TablesRequest): void {
  const wanted = [...labels, ...sensitive, ...Object.values(exclude).flat()];
  const absent = [...new Set(wanted)].filter((name) => !train.has(name));
  if (absent.length === 0) return;
  throw new UserError('NO_LABEL', `The real table lacks ${absent.map((n) => `'${n}'`).join(', ')}.`, {
    expected: `one of ${train.schema
      .filter((s) => s.role !== 'key')
      .map((s) => s.name)
      .slice(0, 40)
      .join(', ')}`,
    fix: 'correct the names of labels, sensitive and excluded columns',
  });
}

/** The table with the role of label for the columns named, so that none of them helps to predict another. */
function withLabels(table: Table, labels: readonly string[]): Table {
  const named = new Set(labels);
  return new Table(
    table.rows,
    table.columns.map((column) => {
      if (!named.has(column.schema.name) || column.schema.role === 'label') return column;
      return column.type === 'numeric'
        ? { ...column, schema: { ...column.schema, role: 'label' as const } }
        : { ...column, schema: { ...column.schema, role: 'label' as const } };
    }),
  );
}

function tasksOf(train: Table, { labels, exclude = {} }: TablesRequest): ValidationTask[] {
  return labels.map((label) => {
    const { kind, categories = [], description } = train.column(label).schema;
    const numeric = kind === 'continuous' || kind === 'count';
    return {
      id: label,
      title: description ?? label,
      type: categories.length === 2 ? ('binary' as const) : ('multiclass' as const),
      label,
      exclude: exclude[label] ?? [],
      ...(numeric && {
        notComputable: `The label '${label}' holds numbers; name a label with classes, or add a column that says whether it lies above a limit.`,
      }),
    };
  });
}

function purposeOf(labels: readonly string[]): string {
  return labels.length === 0
    ? 'Synthetic rows of one table, for no named prediction.'
    : `Train models that predict ${labels.join(', ')} on synthetic rows instead of real ones.`;
}
