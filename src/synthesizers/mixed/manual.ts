import type { ColumnSchema } from '../../table/index.js';
import type { Layout } from './layout.js';

/** What the variables of a network are, for other tools: each choice's codes among the logits, and each number's column. */
export function variablesOf(
  { choices, starts, numbers, modes }: Layout,
  schema: readonly ColumnSchema[],
): object {
  return {
    choices: choices.map(({ column, role, size }, k) => ({
      column: schema[column]!.name,
      role,
      start: starts[k],
      size,
    })),
    numbers: numbers.map((column, n) => ({ column: schema[column]!.name, codes: modes[n] ?? null })),
  };
}

/** What the outputs of a decoder mean. */
export const decoderMeanings = {
  numbers: 'A number for each of `numbers`, about −1 … 1.',
  logits:
    'Logits of the codes of all `choices`, side by side: those of a choice are from `start`, `size` of them.',
};

/** How codes are drawn from logits. */
export const codeStep =
  "Draw each choice's code from the softmax of its logits. Never draw (weight 0) a code that is `rare` in the column's coder. A column of too many codes has two choices: " +
  'its code is group · (size of its place) + place, and codes of `size` and more are never drawn.';

/** How codes and numbers become values; the columns of `model.schema` and their `model.coders` go together. */
export const valueSteps = [
  'A code equal to the coder\'s `missing` is a missing value. A coder of kind "categories": the value is categories[categoryOf[code]] of the column in the schema.',
  'A coder of kind "numbers": a code below spikes.length is the number spikes[code]. Any other is modes[code − spikes.length], which makes a value of the column\'s number x: ' +
    'mean + 4 · deviation · x for a mode of kind "normal"; for "quantiles" with u = Φ(x) and the first k with upTo[k] ≥ u (upTo[−1] = 0), low[k] + (high[k] − low[k]) · (u − upTo[k − 1]) / (upTo[k] − upTo[k − 1]). ' +
    'Then round to bounds.decimals (if not null) and put between bounds.min and bounds.max. A column without a choice always has the code 0.',
];
