import { DataError } from '../../core/index.js';
import type { Layout } from './layout.js';
import type { CodedRows } from './rows.js';

/** Below this share of the table's variety a model has collapsed: it draws a few rows again and again. */
const LEAST_VARIETY = 0.25;
/** Variables of less entropy (nats) say nothing of it. */
const LEAST_ENTROPY = 0.05;

/** @throws DataError `MODE_COLLAPSE` when drawn rows have far less variety than those learned from. */
export function checkVariety(real: CodedRows, drawn: CodedRows, layout: Layout): void {
  const found = variety(real, drawn, layout);
  if (found >= LEAST_VARIETY) return;
  throw new DataError(
    'MODE_COLLAPSE',
    'The network draws a few kinds of rows again and again (mode collapse).',
    {
      expected: `at least ${LEAST_VARIETY} of the entropy of the table's columns`,
      got: found.toFixed(3),
      fix: 'train with another seed or a lower learning rate, or choose cart, tabddpm or tvae',
    },
  );
}

/** Entropy of drawn codes as a share of that of the real ones, over all choices; 1 where there is nothing to vary. */
export function variety(real: CodedRows, drawn: CodedRows, { sizes }: Layout): number {
  let of = 0;
  let all = 0;
  for (const [k, size] of sizes.entries()) {
    const wanted = entropy(real, k, { size, many: sizes.length });
    if (wanted < LEAST_ENTROPY) continue;
    all += wanted;
    of += Math.min(entropy(drawn, k, { size, many: sizes.length }), wanted);
  }
  return all === 0 ? 1 : of / all;
}

function entropy(
  { codes, rows }: CodedRows,
  choice: number,
  { size, many }: { size: number; many: number },
): number {
  const counts = new Float64Array(size);
  for (let row = 0; row < rows; row++) counts[codes[row * many + choice]!]!++;
  return counts.reduce((sum, n) => (n === 0 ? sum : sum - (n / rows) * Math.log(n / rows)), 0);
}
