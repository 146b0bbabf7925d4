import type { AssociationMaps, SynthesizerResult } from '../../document.js';
import { count, decimals, signed } from '../format.js';
import { heatmap, heatmapScale } from '../heatmap.js';
import { html, type Html } from '../html.js';
import { table } from '../parts.js';

/** Differences are drawn on a finer scale than the associations themselves. */
const differenceLimit = 0.5;
const pairsShown = 12;

/** Which columns go together: three maps and the pairs that differ most. */
export function associations(result: SynthesizerResult): Html | null {
  const maps = result.associations;
  if (maps.columns.length < 2) return null;
  const pairs = largestDifferences(maps);
  const which =
    maps.of > maps.columns.length
      ? `${count(maps.columns.length)} of ${count(maps.of)} columns are shown.`
      : '';
  const map = (title: string, values: AssociationMaps['real'], limit: number): Html =>
    html`<figure>
      <figcaption>${title} ${heatmapScale(limit)}</figcaption>
      ${heatmap({
        label: `${title} of ${count(maps.columns.length)} columns; the pairs that differ most are listed in the table`,
        names: maps.columns,
        values,
        limit,
      })}
    </figure>`;
  return html`<h3>Which columns go together</h3>
    <p>
      Each square is a pair of columns (same order across as down). Teal: they rise together, or one tells the
      other; brown: one falls as the other rises; blank: unrelated. The first two maps should look alike, and
      the third should be blank. ${which}
    </p>
    <div class="maps">
      ${map('Real records', maps.real, 1)} ${map('Synthetic rows', maps.synthetic, 1)}
      ${map('Difference, synthetic − real', maps.difference, differenceLimit)}
      <div>
        ${table(
          'Pairs that differ most',
          [
            { text: 'Pair' },
            { text: 'Real', number: true },
            { text: 'Synthetic', number: true },
            { text: 'Difference', number: true },
          ],
          pairs.map((p) => ({
            cells: [
              html`${p.a} × ${p.b}`,
              decimals(p.real, 2),
              decimals(p.synthetic, 2),
              signed(p.difference, 2),
            ],
          })),
        )}
        <p class="quiet">
          Numbers with numbers: Pearson’s correlation (−1 to 1). Categories with categories: Cramér’s V;
          mixed: correlation ratio (both 0 to 1, no sign).
        </p>
      </div>
    </div>`;
}

interface PairDifference {
  readonly a: string;
  readonly b: string;
  readonly real: number;
  readonly synthetic: number;
  readonly difference: number;
}

function largestDifferences(maps: AssociationMaps): PairDifference[] {
  const pairs: PairDifference[] = [];
  maps.columns.forEach((a, i) => {
    for (let j = i + 1; j < maps.columns.length; j++) {
      const real = maps.real[i]?.[j] ?? null;
      const synthetic = maps.synthetic[i]?.[j] ?? null;
      const difference = maps.difference[i]?.[j] ?? null;
      if (real === null || synthetic === null || difference === null) continue;
      pairs.push({ a, b: maps.columns[j]!, real, synthetic, difference });
    }
  });
  return pairs.sort((p, q) => Math.abs(q.difference) - Math.abs(p.difference)).slice(0, pairsShown);
}
