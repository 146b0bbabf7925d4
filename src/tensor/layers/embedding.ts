import type { Tensor } from '../graph/graph.js';
import { square } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { gatherRows, scatterRows } from '../ops/select.js';
import type { Init } from './init.js';
import { normal } from './init.js';
import type { Parameters } from './parameters.js';

export interface EmbeddingOptions {
  /** How many codes there are. */
  readonly size: number;
  readonly width: number;
  /** Default: standard normal, as PyTorch's. */
  readonly init?: Init;
}

/** A learned row for each code [batch] (int32 or int64): [batch, width]. Declares `name.table` [size, width]. */
export function embedding(
  parameters: Parameters,
  name: string,
  codes: Tensor,
  options: EmbeddingOptions,
): Tensor {
  const { size, width, init = normal(1) } = options;
  const table = parameters.add(`${name}.table`, [size, width], init);
  const output = gatherRows(table, codes);
  if (codes.rank === 1) {
    parameters.sites.push({
      parameters: [table],
      output,
      squaredNorms: (delta) => sum(square(delta), { axes: [1] }), // an example looks one row up
      sums: (delta) => [scatterRows(delta, codes, table)],
    });
  }
  return output;
}
