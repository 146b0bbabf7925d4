import type { PrivacyReceipt } from '../../privacy/index.js';
import { DataError } from '../../core/index.js';
import type { ConstraintsDocument } from '../../stages/constraints/index.js';
import { checkConstraints, compileConstraints } from '../../stages/constraints/index.js';
import type { FitContext, FittedSynthesizer } from '../../synthesizers/index.js';
import type { Relation } from '../../synthesizers/relations/index.js';
import { findRelations, fitWithRelations, sourcesOf } from '../../synthesizers/relations/index.js';
import type { ColumnReport, ColumnSchema, Table } from '../../table/index.js';
import type { DateForm } from './dates.js';
import { relationsOf } from './declared-relations.js';
import type { RawTable } from './input.js';
import type { SetAside } from './read.js';
import { checkLabels, readTyped, withoutKeys } from './read.js';
import type { PlannedFit } from './request.js';
import { sidesOf } from './split.js';

/** Rows that break a constraint. */
export interface ConstraintCheck {
  readonly id: string;
  readonly text: string;
  readonly handle: 'repair' | 'reject';
  readonly violations: number;
}

/** What was learned from a file, in any of the two ways. */
export interface Learned {
  readonly fitted: FittedSynthesizer;
  /** Columns of the rows that are drawn. */
  readonly columns: readonly ColumnSchema[];
  readonly setAside: readonly SetAside[];
  readonly dates: Readonly<Record<string, DateForm>>;
  readonly relations: readonly Relation[];
  /** What rows that are drawn have to keep: without constraints on columns that could not be released. */
  readonly constraints: ConstraintsDocument;
  readonly notices: readonly string[];
  /** Null under differential privacy, where these are private. */
  readonly told: {
    readonly rows: { readonly train: number; readonly test: number };
    readonly columns: readonly ColumnReport[];
    /** Rows of the train part that break each constraint. */
    readonly constraints: readonly ConstraintCheck[];
  } | null;
  readonly receipt: PrivacyReceipt | null;
}

/** Learns without differential privacy. */
export async function learnOpenly(raw: RawTable, plan: PlannedFit, context: FitContext): Promise<Learned> {
  const { labels, schema, constraints, model, compiled, seed, testShare } = plan;
  const unit = plan.unit ?? null;
  const reading = context.progress.task(`Read ${raw.what}`);
  const read = await readTyped(raw, { schema, labels, unit }, context);
  const sides = await sidesOf(raw, { seed, testShare, unit });
  reading.done(`${raw.rows} rows, ${raw.names.length} columns`);
  const rows = partOf(sides, 0);
  const train = withoutKeys(read.table.take(rows));
  if (train.rows === 0)
    throw new DataError('NO_TRAIN_ROWS', 'The test part takes all rows; none is left to learn from.', {
      fix: 'give more rows, or a smaller --test-share',
    });
  checkLabels(train, labels);
  const rules = compileConstraints(train.schema, constraints);
  const declared = relationsOf(constraints.document.relations, train.schema);
  const found = plan.findRelations === false ? [] : search(train, declared);
  const relations = { schema: [...train.schema], relations: [...found, ...declared] };
  const fitted = await fitWithRelations(model, train, { relations, options: compiled, context });
  const { violations } = checkConstraints(train, rules);
  return {
    fitted,
    columns: train.schema,
    setAside: read.setAside,
    dates: read.dates,
    relations: relations.relations,
    constraints: constraints.document,
    notices: read.notices,
    told: {
      rows: { train: rows.length, test: raw.rows - rows.length },
      columns: read.columns,
      constraints: rules.map(({ id, text, handle }, i) => ({ id, text, handle, violations: violations[i]! })),
    },
    receipt: null,
  };
}

/** Relations among the columns that no declared relation gives; those that a declared one reads stay free. */
function search(train: Table, declared: readonly Relation[]): readonly Relation[] {
  const given = new Set(declared.map((r) => r.column));
  const free = train.select(train.schema.map((s) => s.name).filter((name) => !given.has(name)));
  return findRelations(free, { keep: declared.flatMap(sourcesOf) }).relations;
}

/** Row numbers of one side. */
export function partOf(sides: Uint8Array, side: 0 | 1): Uint32Array {
  return Uint32Array.from([...sides.keys()].filter((row) => sides[row] === side));
}
