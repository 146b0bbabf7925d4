import { DataError, throwIfAborted } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Column, Table } from '../../table/index.js';
import { learnBounds } from '../bounds.js';
import { checkTable } from '../check.js';
import type { Latent } from './correlation.js';
import { latentCorrelations } from './correlation.js';
import { learnMarginal, missingMarginal, scoreSteps, stepOf } from './marginal.js';
import type { CopulaModel, LatentVariable } from './model.js';
import type { CompiledCopula } from './options.js';
import { nearestCorrelation } from './positive.js';

/** More latent variables would take minutes: the work grows with their cube. */
const MOST_LATENTS = 600;

/** Learns marginals and the correlations between their latent normals. @throws DataError `TOO_WIDE`. */
export function fitCopula(table: Table, options: CompiledCopula, context: RunContext): CopulaModel {
  checkTable(table);
  const latents = table.columns.flatMap((column, c) => latentsOf(column, c, options));
  if (latents.length > MOST_LATENTS) {
    throw new DataError('TOO_WIDE', 'The table is too wide for a Gaussian copula.', {
      expected: `at most ${MOST_LATENTS} columns, those with missing values counted twice`,
      got: `${latents.length}`,
      fix: "use the synthesizer 'cart', or leave columns out",
    });
  }
  throwIfAborted(context.signal);
  const task = context.progress.task('copula: learn correlations');
  const scored = latents.map((latent) => scoresOf(latent, table.columns[latent.column]!));
  const correlations = nearestCorrelation(latentCorrelations(scored), latents.length);
  task.done();
  return {
    schema: table.schema,
    options,
    bounds: table.columns.map((c) => (c.type === 'numeric' ? (learnBounds(c) ?? null) : null)),
    latents,
    correlations,
  };
}

function latentsOf(column: Column, c: number, options: CompiledCopula): LatentVariable[] {
  const marginal = learnMarginal(column, options);
  const latents: LatentVariable[] = [];
  if (marginal === undefined) return latents; // always missing
  if (column.valid.includes(0)) {
    latents.push({ column: c, what: 'missing', marginal: missingMarginal(column.valid) });
  }
  latents.push({ column: c, what: 'value', marginal });
  return latents;
}

function scoresOf({ what, marginal }: LatentVariable, column: Column): Latent {
  const steps = scoreSteps(marginal);
  const n = column.valid.length;
  const rows = new Float64Array(n);
  const valid = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    if (what === 'value' && column.valid[i] !== 1) continue;
    const step = what === 'missing' ? 1 - column.valid[i]! : valueStep(marginal, column, i);
    if (step < 0) continue;
    rows[i] = steps.scores[step]!;
    valid[i] = 1;
  }
  return { ...steps, rows, valid };
}

function valueStep(marginal: LatentVariable['marginal'], column: Column, row: number): number {
  return column.type === 'numeric'
    ? stepOf(marginal, column.values[row]!, true)
    : stepOf(marginal, column.codes[row]!, false);
}
