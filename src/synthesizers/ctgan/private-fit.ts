import type { Rng } from '../../core/index.js';
import type { Table } from '../../table/index.js';
import { Graph, Parameters, Session, value } from '../../tensor/index.js';
import type { PrivatelyLearned } from '../mixed/index.js';
import {
  emptyRows,
  hasNetwork,
  learnPrivately,
  refuseCollapsePrivately,
  trainLearned,
} from '../mixed/index.js';
import type { FitContext } from '../types.js';
import type { Condition, ConditionChoice } from './conditions.js';
import { drawCondition } from './conditions.js';
import { askedFeeds, firstRemembered, keptNumbers, latentFeeds, realRows } from './feeds.js';
import { ADAM, createGenerator } from './learner.js';
import type { CtganModel } from './model.js';
import { shapeOf } from './model.js';
import type { Shape } from './network.js';
import { penaltyGradient, realLosses, rowWidth } from './network.js';
import type { CompiledCtgan } from './options.js';
import { privateDefaults } from './options.js';
import { sampleBlock } from './sample-block.js';

/**
 * Learns a table under the curator's promise. Codes, mixtures and the shares of conditions come from noisy one-way counts. The critic is private: the real rows' part of its gradient is
 * clipped row by row and noised; made rows, clipped as well, and the gradient penalty between them and rows with independent noisy shares, need no record. The generator sees the critic alone
 * (post-processing). Packs of one row; a real row's condition is one of its own codes, chosen by what it holds.
 * @throws PrivacyError `NO_BUDGET`, `DOMAIN_FROM_DATA`, `BUDGET_SPENT`; DataError `NO_BOUNDS`, `TOO_FEW_ROWS`, `DIVERGED`, `MODE_COLLAPSE`, `SHARES_OFF`.
 */
export async function fitPrivately(
  table: Table,
  given: CompiledCtgan,
  context: FitContext,
): Promise<CtganModel> {
  // kept with their defaults, so that a saved model has the widths that it was learned with
  const options = {
    ...given,
    pac: 1,
    units: given.units ?? privateDefaults.units,
    latent: given.latent ?? privateDefaults.latent,
    learningRate: given.learningRate ?? privateDefaults.learningRate,
  };
  const learned = learnPrivately(table, { ...options, id: 'ctgan', modes: 'mixture' }, context);
  const { curator, coders, layout } = learned;
  const model = { schema: table.schema, options, coders, conditions: conditionsOf(learned), curve: [] };
  if (!hasNetwork(layout)) return { ...model, parameters: new Float32Array(0), receipt: curator.receipt() };
  const parameters = await train(learned, { model, context });
  const fitted = { ...model, parameters, receipt: curator.receipt() };
  await refuseCollapsePrivately(learned, { model: fitted, sampleBlock });
  return fitted;
}

async function train(
  learned: PrivatelyLearned,
  { model, context }: { model: Pick<CtganModel, 'coders' | 'options' | 'conditions'>; context: FitContext },
): Promise<Float32Array> {
  const { layout, rows, groups, rng } = learned;
  const { options, conditions } = model;
  const { provider, threads, batchRows, learningRate = privateDefaults.learningRate } = options;
  const shape = shapeOf(model);
  const generator = await createGenerator({ ...shape, thinned: false }, { provider, threads });
  generator.start(rng.split('start', 'generator'));
  const penalty = await penaltySession(shape, { provider, threads });
  let remembered = firstRemembered(shape);
  const askSome = (chance: Rng): (Condition | undefined)[] =>
    Array.from({ length: batchRows }, () => drawCondition(conditions, chance));
  try {
    await trainLearned(
      {
        losses: (graph, parameters) => realLosses(graph, parameters, shape),
        step: (chance) => {
          const choices = Array.from(
            { length: 256 },
            () => conditions[chance.int(Math.max(1, conditions.length))],
          );
          return (places, length) => {
            const asked = Array.from(places, (row): Condition | undefined => {
              const condition = choices[groups[row]!];
              if (condition === undefined) return undefined;
              return {
                choice: condition.choice,
                code: rows.codes[row * layout.choices.length + condition.choice]!,
              };
            });
            return {
              real: value(realRows(rows, places, { shape, asked, length }), [length, rowWidth(shape)]),
            };
          };
        },
        free: async (critic, chance, clipped) => {
          const asked = askSome(chance);
          const proxies = independentRows(learned, batchRows, chance);
          const places = Uint32Array.from({ length: batchRows }, (_, i) => i);
          const width = rowWidth(shape);
          const { made, gradient } = await penalty.run({
            ...latentFeeds(asked, shape, chance),
            remembered,
            generator: generator.flat,
            critic: value(critic),
            real: value(realRows(proxies, places, { shape, asked }), [batchRows, width]),
            share: value(
              Float32Array.from({ length: batchRows }, () => chance.next()),
              [batchRows, 1],
            ),
          });
          // clipped as real rows are, or the two would pull with unequal strength
          const rows = Float32Array.from(made!.data, Number);
          const sum = await clipped(places, (some, length) => {
            const out = new Float32Array(length * width);
            for (const [i, row] of some.entries())
              out.set(rows.subarray(row * width, (row + 1) * width), i * width);
            return { real: value(out, [length, width]) };
          });
          return sum.map((g, i) => Number(gradient!.data[i]) - g / batchRows);
        },
        after: async (critic, { chance, learningRate: now }) => {
          const asked = askSome(chance);
          const { 'next.remembered': next } = await generator.advance(
            {
              ...latentFeeds(asked, shape, chance),
              remembered,
              critic: value(critic),
              ...askedFeeds(asked, shape),
            },
            now,
          );
          remembered = next!;
        },
      },
      { learned, options: { ...options, learningRate }, adam: ADAM },
      context,
    );
    return keptNumbers(generator.flat, remembered);
  } finally {
    await generator.close();
    await penalty.close();
  }
}

async function penaltySession(
  shape: Shape,
  options: Pick<CompiledCtgan, 'provider' | 'threads'>,
): Promise<Session> {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'critic');
  return Session.create(graph.encode({ ...penaltyGradient(graph, parameters, shape) }), options);
}

/** Choices that conditions are about, with noisy counts of their codes. */
function conditionsOf({ layout, counts }: PrivatelyLearned): ConditionChoice[] {
  return [...layout.choices.entries()]
    .filter(([, { column, role }]) => role === 'code' && layout.ofColumn[column]!.number === undefined)
    .map(([choice, { column }]) => ({
      choice,
      counts: Array.from(counts[column]!, (count) => Math.max(0, Math.round(count))),
    }))
    .filter(({ counts: some }) => some.some((count) => count > 0));
}

/** Rows whose columns are drawn one by one from the noisy shares: nothing of them is of a record. */
function independentRows(
  { layout, counts }: PrivatelyLearned,
  n: number,
  chance: Rng,
): ReturnType<typeof emptyRows> {
  const rows = emptyRows(layout, n);
  const [many, some] = [layout.choices.length, layout.numbers.length];
  for (const [column, own] of counts.entries()) {
    const weights = Array.from(own, (count) => Math.max(0, count) + 1e-3);
    const { choices, number } = layout.ofColumn[column]!;
    const width = layout.widths[column]!;
    for (let row = 0; row < n; row++) {
      const code = chance.weightedIndex(weights);
      for (const choice of choices) {
        const { role } = layout.choices[choice]!;
        const part = role === 'code' ? code : role === 'group' ? Math.floor(code / width) : code % width;
        rows.codes[row * many + choice] = part;
      }
      if (number === undefined) continue;
      const range = layout.modes[number];
      const first = choices[0] === undefined ? 0 : layout.starts[choices[0]]!;
      const has = range === undefined || (first + code >= range.from && first + code < range.to);
      // a mode's numbers have a deviation of a quarter
      if (has) rows.numbers[row * some + number] = Math.max(-0.99, Math.min(0.99, chance.normal() / 4));
    }
  }
  return rows;
}
