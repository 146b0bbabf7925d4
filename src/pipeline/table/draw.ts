import type { Rng } from '../../core/index.js';
import { UserError } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { CompiledConstraint, CompiledTest } from '../../stages/constraints/index.js';
import { applyConstraints, checkConstraints, passes } from '../../stages/constraints/index.js';
import type { Cell, Table } from '../../table/index.js';
import type { TableModel } from './model.js';
import type { Where } from './where.js';

/** Rows to draw and what they have to keep. */
export interface DrawRequest {
  readonly rows: number;
  readonly where: Where;
  readonly constraints: readonly CompiledConstraint[];
  readonly rng: Rng;
  /** Rows that may be tried for each row asked for, on average. Default 1000. */
  readonly mostTries?: number | undefined;
}

/** What became of the rows tried. */
export interface DrawCounts {
  tried: number;
  kept: number;
  /** Rows that did not meet the conditions (after repairs). */
  conditions: number;
  /** Of these, rows that met them until a constraint was repaired. */
  undone: number;
  readonly constraints: { readonly id: string; repaired: number; rejected: number }[];
}

/** Without one kept among so many, no more are tried. */
const HOPELESS = 50_000;
/** Least rows of a further attempt. */
const LEAST_ATTEMPT = 1_000;
/** Most rows asked of the model at once. */
const MOST_ATTEMPT = 1_000_000;

/**
 * Draws rows until enough keep all conditions and constraints, block by block. Exact values are given to the model; other conditions
 * and rules that cannot be repaired are met by drawing again, up to a limit. Counts grow while blocks are taken.
 */
export function drawRows(
  model: TableModel,
  request: DrawRequest,
  context: RunContext,
): { readonly blocks: AsyncGenerator<Table>; readonly counts: DrawCounts } {
  const counts: DrawCounts = {
    tried: 0,
    kept: 0,
    conditions: 0,
    undone: 0,
    constraints: request.constraints.map(({ id }) => ({ id, repaired: 0, rejected: 0 })),
  };
  return { blocks: draw(model, request, { context, counts }), counts };
}

async function* draw(
  model: TableModel,
  request: DrawRequest,
  run: { readonly context: RunContext; readonly counts: DrawCounts },
): AsyncGenerator<Table> {
  const { context, counts } = run;
  const { rows, where, rng } = request;
  let given: Readonly<Record<string, Cell>> = where.given;
  for (let attempt = 0; counts.kept < rows; attempt++) {
    const ask = attemptRows(rows - counts.kept, counts);
    const stream = model.fitted.stream(
      ask,
      { given: requestOf(given), rng: rng.split('attempt', attempt) },
      context,
    );
    try {
      for await (const block of stream) {
        const good = sift(block, { ...request, model }, counts);
        const left = rows - counts.kept;
        counts.kept += Math.min(left, good.rows);
        if (good.rows > 0)
          yield good.rows <= left ? good : good.take(Array.from({ length: left }, (_, i) => i));
        if (counts.kept >= rows) return;
        if (exhausted(request, counts)) throw tooFew(request, counts);
      }
    } catch (error) {
      // a sum cannot be given to the model: it is met by drawing again, like a limit
      if (!(error instanceof UserError && error.code === 'GIVEN_DETERMINED' && Object.keys(given).length > 0))
        throw error;
      const [determined] = Object.keys(given).filter((name) => error.summary.includes(`'${name}'`));
      if (determined === undefined) throw error;
      given = Object.fromEntries(Object.entries(given).filter(([name]) => name !== determined));
    }
  }
}

function requestOf(given: Readonly<Record<string, Cell>>): Readonly<Record<string, Cell>> | undefined {
  return Object.keys(given).length === 0 ? undefined : given;
}

/** As many rows as are likely to do, with a tenth to spare. */
function attemptRows(wanted: number, { tried, kept }: DrawCounts): number {
  if (tried === 0) return wanted;
  const share = Math.max(kept, 0.5) / tried;
  return Math.min(MOST_ATTEMPT, Math.max(LEAST_ATTEMPT, Math.ceil((wanted / share) * 1.1)));
}

/** The rows of a block that keep everything, after repairs and with what follows from repaired columns computed anew. */
function sift(
  block: Table,
  { model, where, constraints }: DrawRequest & { model: TableModel },
  counts: DrawCounts,
): Table {
  counts.tried += block.rows;
  const applied = applyConstraints(block, constraints);
  for (const [i, c] of counts.constraints.entries()) {
    c.repaired += applied.counts.repaired[i]!;
    c.rejected += applied.counts.rejected[i]!;
  }
  const table = model.fitted.restore(applied.table);
  const after = table === applied.table ? undefined : checkConstraints(table, constraints);
  for (const [i, c] of counts.constraints.entries()) c.rejected += after?.violations[i] ?? 0;
  const kept: number[] = [];
  const [met, before] = [meets(table, where), meets(block, where)];
  for (let row = 0; row < table.rows; row++) {
    if (applied.keep[row] !== 1 || after?.keep[row] === 0) continue;
    if (met(row)) kept.push(row);
    else {
      counts.conditions++;
      if (before(row)) counts.undone++;
    }
  }
  return kept.length === table.rows ? table : table.take(kept);
}

/** Whether a row meets all conditions. */
function meets(table: Table, { tests }: Where): (row: number) => boolean {
  const columns = tests.map((test) => ({ test, column: table.column(test.column) }));
  return (row) => columns.every(({ test, column }) => passes(test, column, row) === true);
}

function exhausted({ rows, mostTries = 1000 }: DrawRequest, { tried, kept }: DrawCounts): boolean {
  if (kept === 0) return tried >= HOPELESS;
  return tried >= Math.max(HOPELESS, rows * mostTries);
}

function tooFew({ rows, where }: DrawRequest, counts: DrawCounts): UserError {
  const worst = counts.constraints.filter((c) => c.rejected > 0).sort((a, b) => b.rejected - a.rejected)[0];
  const reasons = [
    ...(counts.conditions > 0
      ? [`${counts.conditions} did not meet ${where.tests.map((t: CompiledTest) => t.text).join(' and ')}`]
      : []),
    ...(counts.undone > 0
      ? [
          `of these ${counts.undone} met it until a constraint was repaired: the condition and the constraints contradict each other`,
        ]
      : []),
    ...(worst === undefined ? [] : [`${worst.rejected} broke '${worst.id}'`]),
  ];
  return new UserError(
    'TOO_FEW_ROWS_KEPT',
    `Of ${counts.tried} rows that were drawn only ${counts.kept} could be kept; ${rows} were asked for.`,
    {
      got: reasons.join('; '),
      fix: 'loosen the conditions, let the constraint repair rows instead of rejecting them, ask for fewer rows, or raise --tries',
    },
  );
}
