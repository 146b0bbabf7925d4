import { cellStep } from '../cells.js';
import type { NetworkManual } from '../training/index.js';
import type { ColumnSchema } from '../../table/index.js';
import type { ArgnModel } from './model.js';
import { runningSums } from './model.js';
import type { Parts } from './parts.js';
import { partsOf } from './parts.js';

/** How another tool draws rows with the predictors. */
export function argnManual({ coders, order, schema }: ArgnModel): NetworkManual {
  const { parts, ofColumn } = partsOf(coders);
  const starts = runningSums(parts.map(({ size }) => size));
  return {
    meanings: {
      codes: "Each variable's code; those not yet drawn can be anything, e.g. 0.",
      rank: 'Place of each variable in the order of drawing, the same for all rows; a variable is predicted from those of a lower rank.',
      logits:
        'Logits of the codes of all `variables`, side by side: those of a variable are from `start`, `size` of them.',
    },
    variables: {
      variables: describeVariables(parts, schema, starts),
      order: order.flatMap((column) => ofColumn[column]!),
    },
    draw: [
      'Give the variables of `order` the ranks 0, 1, 2, …; columns that are given come first, with their codes put in. Then for each variable in that order:',
      "Run the network and draw the variable's code from the softmax of its logits, held between −30 and 30. Never draw (weight 0) the code `rare` of the column's coder, a missing value where the column has a variable of role \"flag\", or codes of the coder's `size` and more.",
      'Where the variable has a `flag` and the code of variable flag.part is 1, its code is flag.code instead. A variable of role "flag" is 1 where the value is missing.',
      'A variable of role "same" says that the column has exactly the number of another: where its code is k > 0, that of column `sources[k − 1]` of the coder (a place in the schema). Then draw none of the variables whose `same` it is: put in the codes of that number, in the bin that holds it (the first whose last border is not below it, but one that has this number as its only border), and take the number. Where the other number is missing, the code of "same" is 0.',
      'A column of too many codes has a variable of role "group" and one of role "place", whose logits depend on the code of `parent` too: put in the group before the place is drawn. The code of the column is group · (size of the place) + place.',
      ...cellsOfCodes,
    ],
  };
}

/** The variables in the manifest. @param starts where the logits of each begin */
export function describeVariables(
  parts: Parts['parts'],
  schema: readonly ColumnSchema[],
  starts: readonly number[],
): object[] {
  return parts.map(({ column, role, size, parent, flag, same }, v) => ({
    column: schema[column]!.name,
    role,
    start: starts[v],
    size,
    parent: parent ?? null,
    flag: flag ?? null,
    same: same ?? null,
  }));
}

/** How a code becomes a cell. */
export const cellsOfCodes = [
  'A code equal to the coder\'s `missing` is a missing value; a column without variables has the code 0. A coder of kind "categories": the value is categories[categoryOf[code]] of the column in the schema.',
  'A coder of kind "numbers": a code with one border is that number; with more, one of the stretches between borders[code] is drawn, each alike, and a number evenly within it, rounded to bounds.decimals (if not null) and put between bounds.min and bounds.max.',
  cellStep,
];
