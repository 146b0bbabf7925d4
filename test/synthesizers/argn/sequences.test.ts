import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import { createCurator } from '../../../src/privacy/index.js';
import {
  argnSequences,
  joinSequences,
  splitSequences,
} from '../../../src/synthesizers/argn/sequence/index.js';
import type { FittedArgnSequences, Sequences } from '../../../src/synthesizers/argn/sequence/index.js';
import { HistoryWalker } from '../../../src/synthesizers/argn/sequence/draw.js';
import { outputOrder } from '../../../src/synthesizers/argn/sequence/fit.js';
import { layoutOfModel, sequenceWeights } from '../../../src/synthesizers/argn/sequence/model.js';
import type { ArgnSequenceModel } from '../../../src/synthesizers/argn/sequence/model.js';
import { sequenceInputs, sequenceNetwork } from '../../../src/synthesizers/argn/sequence/network.js';
import { fillWindows, packPieces, piecesOf } from '../../../src/synthesizers/argn/sequence/pack.js';
import { recallAll } from '../../../src/synthesizers/argn/sequence/recall.js';
import { flatOptions } from '../../../src/synthesizers/argn/sequence/options.js';
import { learnCoder } from '../../../src/synthesizers/argn/coder.js';
import { codeRows } from '../../../src/synthesizers/argn/coded-table.js';
import { Graph, Parameters, Session, value } from '../../../src/tensor/index.js';
import type { Cell } from '../../../src/table/index.js';
import { cellOf, Table, tableFromRows } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { bytesOf, schemaOf } from '../tables.js';
import { contextSchema, histories, states, stepSchema } from './histories.js';

const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-argn-sequences-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Facts {
  /** Share of steps that go round, by group. */
  readonly round: readonly number[];
  readonly echo: number;
  readonly length: readonly number[];
  /** Standard deviation of the level's steps. */
  readonly jump: number;
}

function factsOf({ context, steps, starts }: Sequences): Facts {
  const cell = (name: string, row: number): Cell => cellOf(steps.column(name), row);
  const sums = { round: [0, 0], moves: [0, 0], length: [0, 0], n: [0, 0] };
  let [echoes, echoed, squares, jumps] = [0, 0, 0, 0];
  for (let i = 0; i < context.rows; i++) {
    const g = cellOf(context.column('group'), i) === 'b' ? 1 : 0;
    sums.n[g]!++;
    sums.length[g]! += starts[i + 1]! - starts[i]!;
    for (let row = starts[i]!; row < starts[i + 1]!; row++) {
      const t = row - starts[i]!;
      if (t === 0) continue;
      const at = (r: number): number => states.indexOf(String(cell('state', r)));
      sums.moves[g]!++;
      if ((at(row) - at(row - 1) + 3) % 3 === (g === 1 ? 2 : 1)) sums.round[g]!++;
      const [before, now] = [cell('level', row - 1), cell('level', row)];
      if (before !== null && now !== null) {
        squares += (Number(now) - Number(before)) ** 2;
        jumps++;
      }
      if (t < 2) continue;
      echoed++;
      if (cell('echo', row) === cell('state', row - 2)) echoes++;
    }
  }
  return {
    round: sums.round.map((x, g) => x / sums.moves[g]!),
    echo: echoes / echoed,
    length: sums.length.map((x, g) => x / sums.n[g]!),
    jump: Math.sqrt(squares / jumps),
  };
}

describe('histories', () => {
  const data = histories(1200);
  const real = factsOf(histories(4000, 6));
  let fitted: FittedArgnSequences;
  let drawn: Sequences;
  beforeAll(async () => {
    fitted = await argnSequences.fit(data, argnSequences.compile({ epochs: 25 }), testContext());
    drawn = await fitted.sample({ n: 1500, rng: Rng.create(2) }, testContext());
  });

  it('keep what follows what, within each group, and what was two steps before', () => {
    const made = factsOf(drawn);
    for (const g of [0, 1]) expect(Math.abs(made.round[g]! - real.round[g]!)).toBeLessThan(0.06);
    expect(made.echo).toBeGreaterThan(0.85);
    for (const g of [0, 1]) expect(Math.abs(made.length[g]! / real.length[g]! - 1)).toBeLessThan(0.15);
    expect(made.jump).toBeLessThan(2 * real.jump); // independent levels would jump by 3.7
  });

  it('score what happens above what does not', () => {
    const fresh = histories(50, 9);
    const truth = fitted.logProbability(fresh).reduce((sum, p) => sum + p, 0);
    // the same histories with the groups exchanged
    const groups = Array.from({ length: 50 }, (_, i) => ({
      group: cellOf(fresh.context.column('group'), i) === 'a' ? 'b' : 'a',
    }));
    const false_ = fitted
      .logProbability({ ...fresh, context: tableFromRows(contextSchema, groups) })
      .reduce((sum, p) => sum + p, 0);
    expect(truth - false_).toBeGreaterThan(50);
  });

  it('draw the same bytes with one thread and two, and after saving and reading', async () => {
    const request = { n: 600, rng: Rng.create(4) };
    const one = await fitted.sample(request, testContext(1));
    const two = await fitted.sample(request, testContext(2));
    await fitted.save(folder);
    const read = await (await argnSequences.load(folder)).sample(request, testContext());
    for (const other of [two, read]) {
      expect(bytesOf(other.steps)).toEqual(bytesOf(one.steps));
      expect(bytesOf(other.context)).toEqual(bytesOf(one.context));
      expect([...other.starts]).toEqual([...one.starts]);
    }
  });

  it('follow contexts that are given', async () => {
    const context = tableFromRows(
      contextSchema,
      Array.from({ length: 400 }, () => ({ group: 'b' })),
    );
    const made = await fitted.sample({ context, rng: Rng.create(1) }, testContext());
    expect(made.context.rows).toBe(400);
    expect(Math.abs(made.steps.rows / 400 / real.length[1]! - 1)).toBeLessThan(0.2);
    await expect(
      fitted.sample({ context: new Table(3, []), rng: Rng.create(1) }, testContext()),
    ).rejects.toMatchObject({ code: 'NO_CONTEXT' });
  });

  it('longer than the window still end and go on as they should', async () => {
    const model = await argnSequences.fit(
      data,
      argnSequences.compile({ epochs: 12, window: 6 }),
      testContext(),
    );
    const made = factsOf(await model.sample({ n: 800, rng: Rng.create(2) }, testContext()));
    expect(made.echo).toBeGreaterThan(0.7);

    expect(made.length[0]! - made.length[1]!).toBeGreaterThan(2.5);
  });

  it('cannot be learned from nothing, from parts that do not fit, or with a budget', async () => {
    const options = argnSequences.compile({});
    const none = { ...data, steps: tableFromRows(stepSchema, []), starts: new Uint32Array(1201) };
    await expect(argnSequences.fit(none, options, testContext())).rejects.toMatchObject({
      code: 'NO_SEQUENCES',
    });
    await expect(
      argnSequences.fit({ ...data, starts: data.starts.slice(1) }, options, testContext()),
    ).rejects.toMatchObject({ code: 'SEQUENCES' });
    const curator = createCurator({ epsilon: 1, delta: 1e-5 });
    await expect(argnSequences.fit(data, options, { ...testContext(), curator })).rejects.toMatchObject({
      code: 'NOT_PRIVATE',
    });
    expect(() => argnSequences.compile({ window: 1 })).toThrow(
      expect.objectContaining({ code: 'BAD_OPTIONS' }),
    );
  });
});

it.each([40, 6])('drawing computes what training computed, with windows of %i', async (window) => {
  const data = histories(12);
  const whole = { ...data, steps: new Table(data.steps.rows, data.steps.columns.slice(0, 2)) }; // without missing values
  const options = argnSequences.compile({});
  const coders = whole.steps.columns.map((column) => learnCoder(column, options));
  const contextCoders = whole.context.columns.map((column) => learnCoder(column, options));
  const flat = flatOptions(options);
  const made = {
    context: {
      schema: whole.context.schema,
      options: flat,
      coders: contextCoders,
      order: [0],
      curve: [],
      parameters: new Float32Array(0),
    },
    schema: whole.steps.schema,
    options,
    coders,
    window,
    longest: 40,
  };
  const { layout, contextParts, stepParts } = layoutOfModel(made);
  const { order } = outputOrder(whole.steps.schema, stepParts);
  const graph = new Graph();
  const parameters = new Parameters(graph);
  const shares = layout.outputs.map(({ size }) => new Float32Array(size));
  const losses = sequenceNetwork(parameters, sequenceInputs(graph, layout, false), {
    layout,
    shares,
    rate: 0,
  });
  parameters.seal();
  const model: ArgnSequenceModel = { ...made, curve: [], parameters: parameters.initial(Rng.create(8)) };
  const steps = codeRows(whole.steps, coders, stepParts).codes;
  const coded = {
    starts: whole.starts,
    context: codeRows(whole.context, contextCoders, contextParts).codes,
    steps,
    recalled: recallAll({ starts: whole.starts, steps }, stepParts, coders),
  };
  const weights = sequenceWeights(model);
  expect(weights.used).toBe(parameters.size);
  const session = await Session.create(graph.encode({ losses }), {});
  const walker = new HistoryWalker(weights);
  for (let i = 0; i < 12; i++) {
    const length = whole.starts[i + 1]! - whole.starts[i]!;
    const {
      places,
      weights: mask,
      ...feeds
    } = fillWindows(
      piecesOf(i, length, window).map((piece) => [piece]),
      coded,
      layout,
    );
    const rank = new Float32Array(order.length);
    for (const [k, output] of order.entries()) rank[output] = k;
    const result = await session.run({ ...feeds, rank: value(rank), parameters: value(model.parameters) });
    const total = [...result['losses']!.data].reduce<number>(
      (sum, x, k) => sum + Number(x) * Number(mask.data[k]),
      0,
    );
    walker.start(coded.context.subarray(i, i + 1));
    let score = 0;
    for (let s = whole.starts[i]!; s < whole.starts[i + 1]!; s++)
      score +=
        walker.scoreEnd(false) + walker.scoreStep(order.slice(1), coded.steps.subarray(s * 2, s * 2 + 2));
    score += walker.scoreEnd(true);
    expect(places).toBe(length + 1);
    expect(Math.abs(total + score)).toBeLessThan(1e-3);
  }
  await session.close();
});

describe('pieces', () => {
  it('learn from every place once, and never from the first half of a later piece', () => {
    for (const [length, window] of [
      [3, 8],
      [7, 8],
      [8, 8],
      [20, 8],
      [101, 8],
      [64, 5],
    ] as const) {
      const seen = new Array<number>(length + 1).fill(0);
      for (const { from, to, counted } of piecesOf(0, length, window)) {
        expect(to - from).toBeLessThanOrEqual(window);
        expect(from === 0 || counted - from >= window / 2).toBe(true);
        expect(from % Math.floor(window / 2)).toBe(0); // or the past would tell how near the end is
        for (let place = counted; place < to; place++) seen[place]!++;
      }
      expect(seen.every((n) => n === 1)).toBe(true);
    }
  });

  it('lie in windows without overlap', () => {
    const pieces = [5, 3, 8, 1, 7].map((length, i) => piecesOf(i, length - 1, 8)[0]!);
    expect(packPieces(pieces, 8).map((w) => w.map((p) => p.sequence))).toEqual([[0, 1], [2], [3, 4]]);
  });
});

describe('flat tables', () => {
  const people = tableFromRows(
    [schemaOf('id', 'categorical', { role: 'key' }), schemaOf('sex', 'binary', { categories: ['f', 'm'] })],
    [
      { id: 'p', sex: 'f' },
      { id: 'q', sex: 'm' },
      { id: 'r', sex: 'm' },
    ],
  );
  const visitSchema = [
    schemaOf('id', 'categorical', { role: 'key' }),
    schemaOf('day', 'count'),
    schemaOf('x', 'continuous'),
  ];
  const visit = (id: string, day: number | null, x: number): Record<string, Cell> => ({ id, day, x });

  it('become histories in order of time and come back', () => {
    const steps = tableFromRows(visitSchema, [
      visit('r', 9, 1),
      visit('p', 5, 2),
      visit('r', 2, 3),
      visit('p', 5, 4),
    ]);
    const joined = joinSequences(people, steps, { key: 'id', time: 'day' });
    expect([...joined.starts]).toEqual([0, 2, 2, 4]);
    const column = (table: Table, name: string): Cell[] =>
      Array.from({ length: table.rows }, (_, i) => cellOf(table.column(name), i));
    expect(column(joined.steps, 'day')).toEqual([5, 0, 2, 7]);
    expect(column(joined.steps, 'x')).toEqual([2, 4, 3, 1]);
    const back = splitSequences(joined, { key: 'id', time: 'day' });
    expect(column(back.steps, 'day')).toEqual([5, 5, 2, 9]);
    expect(column(back.steps, 'id')).toEqual([0, 0, 2, 2]);
    expect(column(back.context, 'id')).toEqual([0, 1, 2]);
  });

  it.each([
    ['NO_CONTEXT_ROW', people, [visit('s', 1, 1)]],
    ['NO_STEP_TIME', people, [visit('p', null, 1)]],
    [
      'TWO_CONTEXT_ROWS',
      new Table(
        3,
        [people.columns[1]!].map((c) => ({ ...c, schema: { ...c.schema, name: 'id' } }) as never),
      ),
      [],
    ],
  ])('are refused: %s', (code, context, rows) => {
    expect(() =>
      joinSequences(context, tableFromRows(visitSchema, rows), { key: 'id', time: 'day' }),
    ).toThrow(expect.objectContaining({ code }));
  });
});
