import type { NetworkManual } from '../training/index.js';
import type { ColumnSchema } from '../../table/index.js';
import { cellStep } from '../cells.js';
import type { ClassShape } from './class-decoder.js';
import { decoderMeanings, variablesOf } from './manual.js';

/** How another tool draws a class for each row, as an input of the network, and what it says of the labels. */
export const classSteps = [
  'Draw a class for each row in proportion to `model.classes.rows`. A class stands for one code of each column of `model.classes.columns`: with `model.classes.sizes` as the digits of its number, the last one changing first.',
  "A column of `model.classes.columns` has its class's code, whatever the network says.",
];

export const classMeaning = 'The class of each row: its place in `model.classes.rows`.';

/** How cells become values where all columns are cells. */
export const cellSteps = [
  'A column of too many codes has two choices: its code is group · (size of its place) + place, and codes of `size` and more are never drawn. A column without a choice has the code 0.',
  "A code equal to the coder's `missing` is a missing value.",
  cellStep,
];

/** How another tool draws rows with a class decoder. */
export function classDecoderManual(
  { layout, latent }: ClassShape,
  schema: readonly ColumnSchema[],
): NetworkManual {
  return {
    meanings: {
      latent: `${latent} independent standard normal numbers.`,
      class: classMeaning,
      logits: decoderMeanings.logits,
    },
    variables: variablesOf(layout, schema),
    draw: [
      ...classSteps,
      'Feed a row of independent standard normal numbers as `latent`, and the class, for each row to be drawn.',
      "Draw each choice's code from the softmax of its logits.",
      ...cellSteps,
    ],
  };
}
