import { Rng } from '../../../core/index.js';
import {
  associationMatrix,
  matrixDistance,
  mean,
  medianDistance,
  mmdSquared,
  sampleIndexes,
} from '../../../numerics/index.js';
import type { AssociationColumn } from '../../../numerics/index.js';
import type { Column } from '../../../table/index.js';
import { Table } from '../../../table/index.js';
import { codeTable, learnBins } from './coded.js';
import { compareColumns } from './columns.js';
import type { OrderAccuracy } from './marginals.js';
import { informationCorrelation, marginalAccuracy } from './marginals.js';
import { encodePoints, learnPoints } from './points.js';

/** Where worker threads find this file's tasks. */
export const similarityModule = import.meta.url;

/** How much of each table is looked at. */
interface SimilaritySettings {
  readonly bins: number;
  readonly tables: number;
  readonly mmdRows: number;
}

/** A worker's job: one table against the real train rows, both with the modelled columns only and the same codes. */
export interface SimilarityInput {
  readonly real: readonly Column[];
  readonly other: readonly Column[];
  readonly settings: SimilaritySettings;
  /** Stream key; the same key draws the same column sets and the same real rows. */
  readonly key: string;
}

/** Likeness of two tables; similarities are 1 for equal tables, null where nothing can be compared. */
export interface Similarity {
  /** Mean over the columns of 1 − KS or 1 − TV. */
  readonly columns: number | null;
  /** 1 − mean |difference| of the association matrices. */
  readonly associations: number | null;
  /** Frobenius distance of the association matrices. */
  readonly frobenius: number | null;
  /** Correlation of the mutual-information matrices. */
  readonly information: number | null;
  /** 1 − MMD, with the kernel's bandwidth from the real rows. */
  readonly mmd: number | null;
  readonly mmdSquared: number | null;
  readonly marginals: readonly OrderAccuracy[];
}

/** Worker task: see {@link SimilarityInput}. */
export function measureSimilarity({ real, other, settings, key }: SimilarityInput): Similarity {
  const rng = Rng.fromKey(key);
  const a = new Table(real[0]?.valid.length ?? 0, real);
  const b = new Table(other[0]?.valid.length ?? 0, other);
  const bins = learnBins(a.columns, settings.bins);
  const pair = { real: codeTable(a, bins), realRows: a.rows, other: codeTable(b, bins), otherRows: b.rows };
  const distances = compareColumns(a, b).flatMap((c) => (c.distance === null ? [] : [1 - c.distance.value]));
  const matrices = matrixDistance(associationsOf(a), associationsOf(b));
  const squared = mmd(a, b, settings, rng);
  return {
    columns: mean(distances),
    associations: matrices === null ? null : 1 - matrices.meanAbsolute,
    frobenius: matrices?.frobenius ?? null,
    information: informationCorrelation(pair),
    mmd: squared === null ? null : 1 - Math.sqrt(Math.max(0, squared)),
    mmdSquared: squared,
    marginals: marginalAccuracy(pair, settings.tables, rng),
  };
}

/** The association matrix of a table. */
function associationsOf(table: Table): (number | null)[][] {
  return associationMatrix(table.columns.map(toAssociation));
}

/**
 * Worker task: the association matrix of a table's columns.
 * @public
 */
export function associationTask(columns: readonly Column[]): (number | null)[][] {
  return associationsOf(new Table(columns[0]?.valid.length ?? 0, columns));
}

function toAssociation(column: Column): AssociationColumn {
  return column.type === 'numeric'
    ? column
    : {
        type: 'categorical',
        codes: column.codes,
        size: column.schema.categories.length,
        valid: column.valid,
      };
}

function mmd(real: Table, other: Table, settings: SimilaritySettings, rng: Rng): number | null {
  const encoder = learnPoints(real, learnBins(real.columns, settings.bins));
  const draw = (table: Table, label: string): Table =>
    table.take(sampleIndexes(table.rows, settings.mmdRows, rng.split(label)));
  const x = encodePoints(draw(real, 'mmd-real'), encoder);
  const y = encodePoints(draw(other, 'mmd-other'), encoder);
  const sigma = medianDistance(x);
  return sigma === null ? null : mmdSquared(x, y, sigma);
}
