import type { Classes, Layout } from '../mixed/index.js';
import {
  cellSteps,
  classMeaning,
  classSteps,
  codeStep,
  decoderMeanings,
  valueSteps,
  variablesOf,
} from '../mixed/index.js';
import type { NetworkManual } from '../training/index.js';
import type { TabddpmModel } from './model.js';
import { classShapeOf, shapeOf } from './model.js';
import { cosineSchedule, evenSchedule, visitsOf } from './schedule.js';

/** How another tool draws rows with the denoiser. */
export function tabddpmManual(model: TabddpmModel): NetworkManual {
  const { classes } = model;
  if (classes !== undefined) return classManual(model, classes);
  const { layout, noiseSteps } = shapeOf(model);
  const alphaBar = cosineSchedule(noiseSteps);
  return {
    meanings: {
      codes: "Each choice's code, in noise.",
      numbers: 'A standard normal number for each of `numbers`, in noise.',
      known: 'For each column of the schema 1 where its code and number are given without noise, else 0.',
      time: 'The step of noise, the same for all rows or not; the first is the first of `visits`.',
      noise: 'The noise that is in each number.',
      logits: decoderMeanings.logits,
    },
    variables: visited(model, layout, alphaBar),
    draw: [
      'Start with codes drawn evenly below the size of each choice, standard normal numbers, and `known` 0. Where `model.labels.columns` are not empty, draw one of `model.labels.classes` in proportion to `rows`, put in its codes and set `known` to 1.',
      'For each of `visits` but the last run the network at `time` = that step. With a = `alphaBar` there and b at the next visit do for all that is not known:',
      'Numbers: c = (x − √(1 − a) · noise) / √a, put between −5.2 and 5.2; x becomes √b · c + √(1 − b) · (x − √a · c) / √(1 − a).',
      'Codes: draw a clean code from the softmax of the logits (held between −30 and 30). At the last run it is the result, less what is never drawn. Before, the code at the next visit is k with a weight of ((a / b) · [k = code now] + (1 − a / b) / size) · (b · [k = clean code] + (1 − b) / size).',
      codeStep,
      "A column's number x is its number at the end.",
      ...valueSteps,
    ],
  };
}

/** With a budget. */
function classManual(model: TabddpmModel, classes: Classes): NetworkManual {
  const { layout, noiseSteps } = classShapeOf(model, classes);
  const alphaBar = evenSchedule(noiseSteps);
  return {
    meanings: {
      hot: "A 1 for each choice's code, in noise, all choices side by side.",
      known: 'For each choice 1 where its code is given without noise, else 0.',
      class: classMeaning,
      time: 'The step of noise; the first is the first of `visits`.',
      logits: decoderMeanings.logits,
    },
    variables: visited(model, layout, alphaBar),
    draw: [
      ...classSteps,
      "Start with codes drawn by the class's entry in `model.classes.shares`, and `known` 0; put in the class's codes of labels, with `known` 1.",
      'For each of `visits` but the last run the network at `time` = that step. With a = `alphaBar` there and b at the next visit do for all that is not known: draw a clean code from the softmax of the logits (held between −30 and 30). At the last run it is the result. Before, the code at the next visit is k with a weight of ((a / b) · [k = code now] + (1 − a / b) · share of the code now) · (b · [k = clean code] + (1 − b) · share of k).',
      ...cellSteps,
    ],
  };
}

/** The variables, and the steps of noise that drawing visits with what of the signal is left there. */
function visited({ schema, options }: TabddpmModel, layout: Layout, alphaBar: Float64Array): object {
  const visits = visitsOf(alphaBar.length - 1, options.drawSteps);
  return { ...variablesOf(layout, schema), visits, alphaBar: visits.map((step) => alphaBar[step]) };
}
