import { classDecoderManual, codeStep, decoderMeanings, valueSteps, variablesOf } from '../mixed/index.js';
import type { NetworkManual } from '../training/index.js';
import type { TvaeModel } from './model.js';
import { classShapeOf, shapeOf } from './model.js';

/** How another tool draws rows with the decoder. */
export function tvaeManual(model: TvaeModel): NetworkManual {
  const { classes } = model;
  if (classes !== undefined) return classDecoderManual(classShapeOf(model, classes), model.schema);
  const told = model.labels.columns.length > 0;
  return {
    meanings: {
      latent: 'Independent standard normal numbers.',
      ...(told && { labels: 'Codes of the columns in `model.labels.columns`, in their order.' }),
      ...decoderMeanings,
      deviations: 'The standard deviation of each number around what `numbers` says; the same for all rows.',
    },
    variables: variablesOf(shapeOf(model).layout, model.schema),
    draw: [
      'Feed a row of independent standard normal numbers as `latent` for each row to be drawn.',
      ...(told
        ? [
            'Draw one of `model.labels.classes` for each row in proportion to `rows`, feed its codes as `labels`, and keep them as the codes of these columns instead of drawing them from the logits.',
          ]
        : []),
      codeStep,
      "Draw each column's number x from the normal distribution around its entry in `numbers` with its deviation, and put it between −1 and 1.",
      ...valueSteps,
    ],
  };
}
