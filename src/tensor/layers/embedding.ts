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
  /** Whether the codes of an example are all different, which clipping example by example needs where there are several. Default: no. */
  readonly distinct?: boolean;
}

/** A learned row for each code [batch] or [batch, k] (int32 or int64): [batch, width] or [batch, k, width]. Declares `name.table` [size, width]. */
export function embedding(
  parameters: Parameters,
  name: string,
  codes: Tensor,
  options: EmbeddingOptions,
): Tensor {
  const { size, width, init = normal(1), distinct = false } = options;
  const table = parameters.add(`${name}.table`, [size, width], init);
  const output = gatherRows(table, codes);
  if (codes.rank === 1 || distinct) {
    const axes = Array.from({ length: codes.rank }, (_, axis) => axis + 1);
    parameters.sites.push({
      parameters: [table],
      output,
      squaredNorms: (delta) => sum(square(delta), { axes }), // an example looks a row up at most once
      sums: (delta, part) => [scatterRows(delta, part(codes), table)],
    });
  }
  return output;
}
