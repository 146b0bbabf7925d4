import type { NetworkManual } from '../../training/index.js';
import { cellsOfCodes, describeVariables } from '../manual.js';
import { runningSums } from '../model.js';
import { outputOrder } from './fit.js';
import { DECAYS } from './layout.js';
import type { ArgnSequenceModel } from './model.js';
import { layoutOfModel } from './model.js';
import { strideOf } from './pack.js';

/** How another tool draws histories with the network of one place. */
export function sequenceManual(model: ArgnSequenceModel): NetworkManual {
  const { contextParts, stepParts, layout } = layoutOfModel(model);
  const [end, ...starts] = runningSums(layout.outputs.map(({ size }) => size));
  const contextStarts = runningSums(contextParts.parts.map(({ size }) => size));
  const { order } = outputOrder(model.schema, stepParts);
  return {
    meanings: {
      codes:
        'Codes of the variables of the context, then the last known code of each of `variables`, then the codes of the step itself; those of the step that are not yet drawn can be anything, e.g. 0.',
      past: 'For each of `decays` a trace of `memory` numbers, and the natural logarithm of one more than the steps so far.',
      rank: 'Place of each output in the order of drawing, the end first; an output is predicted from the variables of a lower rank.',
      logits:
        'Logits of the two codes of `end`, then of the codes of all `variables`, side by side: those of a variable are from `start`, `size` of them.',
      encoded: 'What is kept of the step once all its codes are put in; the traces are sums of it.',
    },
    variables: {
      context: describeVariables(contextParts.parts, model.context.schema, contextStarts),
      variables: describeVariables(stepParts.parts, model.schema, starts),
      end: { start: end, size: 2 },
      order: order.slice(1).map((output) => output - 1),
      decays: DECAYS,
      memory: layout.memory,
      window: layout.window,
      stride: strideOf(layout.window),
      longest: model.longest,
    },
    draw: [
      'A history begins with a row of the context table: drawn with the model in the folder `context`, whose manifest says how, or given. Its codes are those of the coders in that manifest.',
      'At first the last known code of each variable is its `size` (nothing known yet), all traces are 0, and no step has been.',
      'Before each step give the end the rank 0 and the variables of `order` the ranks 1, 2, 3, …; run the network and draw the code of `end` from the softmax of its two logits, held between −30 and 30: 1 means that the history is over. It is over, too, after `longest` steps.',
      "Otherwise for each variable in that order: run the network and draw the variable's code from the softmax of its logits, held between −30 and 30, and put it in. Never draw (weight 0) the code `rare` of the column's coder or codes of the coder's `size` and more.",
      'Where the variable has a `flag` and the code of variable flag.part is 1, its code is flag.code instead. A variable of role "flag" is 1 where the value is missing.',
      'After the step run the network once more and take `encoded`. Each trace becomes decay · trace + encoded. The last known codes of a column become those of the step, unless the value is missing there.',
      'The trace of the decay 1 is a mean: divide it by the number of steps in it (at least 1) when it goes into `past`.',
      'Before a place that has `window` steps in its traces, they forget the first `stride` of them: make them anew from the later ones (the number of steps in `past` goes on counting all).',
      'A column of too many codes has a variable of role "group" and one of role "place", whose logits depend on the code of `parent` too: put in the group before the place is drawn. The code of the column is group · (size of the place) + place.',
      ...cellsOfCodes,
    ],
  };
}
