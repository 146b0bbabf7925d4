import { classDecoderManual, codeStep, decoderMeanings, valueSteps, variablesOf } from '../mixed/index.js';
import type { NetworkManual } from '../training/index.js';
import type { CtganModel } from './model.js';
import { classShapeOf, shapeOf } from './model.js';

/** How another tool draws rows with the generator. */
export function ctganManual(model: CtganModel): NetworkManual {
  const { classes } = model;
  if (classes !== undefined) return classDecoderManual(classShapeOf(model, classes), model.schema);
  const { layout, latent, conditional } = shapeOf(model);
  const told = model.labels.columns.length > 0;
  const condition = `then the condition: ${layout.width} numbers, as many as there are logits, 1 at one code${told ? ' and at that of each label' : ''} and 0 elsewhere`;
  return {
    meanings: {
      latent: `${latent} independent standard normal numbers${conditional ? `, ${condition}` : ''}.`,
      ...decoderMeanings,
    },
    variables: variablesOf(layout, model.schema),
    draw: [
      conditional
        ? "For each row draw one of `model.conditions`, each alike, and a code of its choice in proportion to `counts`; the condition is 1 at the choice's `start` + code. Feed it behind the standard normal numbers."
        : 'Feed a row of independent standard normal numbers as `latent` for each row to be drawn.',
      ...(told
        ? [
            'Before, draw one of `model.labels.classes` for each row in proportion to `rows`: its codes are those of `model.labels.columns`, in their order, and stay as they are. Put a 1 at each of them in the condition. Where the choice of the condition is a label, its code is the one drawn; else it is drawn in proportion to `ofClass` of the class.',
          ]
        : []),
      codeStep,
      "A column's number x is its entry in `numbers`.",
      ...valueSteps,
    ],
  };
}
