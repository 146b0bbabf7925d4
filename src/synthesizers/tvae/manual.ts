import { classDecoderManual, codeStep, decoderMeanings, valueSteps, variablesOf } from '../mixed/index.js';
import type { NetworkManual } from '../training/index.js';
import type { TvaeModel } from './model.js';
import { classShapeOf, shapeOf } from './model.js';

/** How another tool draws rows with the decoder. */
export function tvaeManual(model: TvaeModel): NetworkManual {
  const { classes } = model;
  if (classes !== undefined) return classDecoderManual(classShapeOf(model, classes), model.schema);
  return {
    meanings: {
      latent: 'Independent standard normal numbers.',
      ...decoderMeanings,
      deviations: 'The standard deviation of each number around what `numbers` says; the same for all rows.',
    },
    variables: variablesOf(shapeOf(model).layout, model.schema),
    draw: [
      'Feed a row of independent standard normal numbers as `latent` for each row to be drawn.',
      codeStep,
      "Draw each column's number x from the normal distribution around its entry in `numbers` with its deviation, and put it between −1 and 1.",
      ...valueSteps,
    ],
  };
}
