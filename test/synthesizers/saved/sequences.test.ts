import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import { argnSequences } from '../../../src/synthesizers/argn/sequence/index.js';
import { cellOf, tableFromRows } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { contextSchema, histories } from '../argn/histories.js';
import { SavedNetwork } from './reader.js';

const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-onnx-histories-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What the manifest of histories says beside that of a table. */
interface HistoryFacts {
  readonly end: { readonly start: number; readonly size: number };
  readonly context: readonly { readonly column: string }[];
  readonly decays: readonly number[];
  readonly memory: number;
  readonly window: number;
  readonly stride: number;
  readonly longest: number;
}

/** Codes of the steps of histories of contexts, by the network and what its manifest says. @param known codes of each context */
async function drawHistories(
  network: SavedNetwork,
  known: readonly (readonly number[])[],
  chance: () => number,
): Promise<number[][][]> {
  const { variables, order } = network.manifest.network;
  const { end, decays, memory, window, stride, longest } = network.manifest
    .network as unknown as HistoryFacts;
  const rank = new Float32Array(variables.length + 1);
  for (const [place, v] of order.entries()) rank[v + 1] = place + 1;
  const drawn: number[][][] = [];
  for (const context of known) {
    const last = variables.map(({ size }) => size);
    const steps: number[][] = [];
    let encoded: Float32Array[] = [];
    for (;;) {
      if (encoded.length === window) encoded = encoded.slice(stride);
      const past = [...decays.flatMap((decay) => traceOf(encoded, decay, memory)), Math.log1p(steps.length)];
      const codes = new Array<number>(variables.length).fill(0);
      const look = () => network.run(1, { codes: [...context, ...last, ...codes], past, rank });
      const said = (await look())['logits']!.subarray(end.start, end.start + end.size);
      const weights = Array.from(said, (logit) => Math.exp(Math.min(Math.max(logit, -30), 30)));
      if (steps.length === longest || (weights[0]! + weights[1]!) * chance() >= weights[0]!) break;
      for (const v of order) {
        const variable = variables[v]!;
        const { flag, parent, start, size } = variable;
        if (flag !== null && codes[flag.part] === 1) {
          codes[v] = flag.code;
          continue;
        }
        const logits = (await look())['logits']!.subarray(start, start + size);
        const above = parent === null ? 0 : codes[parent]! * size;
        codes[v] = network.drawCode(variable, logits, { above, chance, missing: flag === null });
      }
      encoded.push(Float32Array.from((await look())['encoded']!));
      for (const [v, { flag }] of variables.entries()) {
        const flagged = variables.findIndex((other) => other.flag?.part === v);
        const missing = (flag !== null && codes[flag.part] === 1) || (flagged >= 0 && codes[v] === 1);
        if (!missing) last[v] = codes[v]!;
      }
      steps.push(codes);
    }
    drawn.push(steps);
  }
  return drawn;
}

function traceOf(encoded: readonly Float32Array[], decay: number, memory: number): number[] {
  const trace = new Array<number>(memory).fill(0);
  for (const step of encoded) for (let i = 0; i < memory; i++) trace[i] = trace[i]! * decay + step[i]!;
  return decay === 1 ? trace.map((x) => x / Math.max(1, encoded.length)) : trace;
}

it('histories: a saved network gives the steps that we draw, by ONNX Runtime and the manifest alone', async () => {
  const options = argnSequences.compile({ epochs: 6, window: 6 }); // shorter than many histories
  const fitted = await argnSequences.fit(histories(400), options, testContext());
  await fitted.save(folder);
  const groups = Array.from({ length: 40 }, (_, i) => ({ group: i % 2 === 0 ? 'a' : 'b' }));
  const ours = await fitted.sample(
    { context: tableFromRows(contextSchema, groups), rng: Rng.create(3) },
    testContext(),
  );
  const network = await SavedNetwork.open(folder);
  const { inputs, outputs, draw, opset } = network.manifest.network;
  for (const { meaning } of [...inputs, ...outputs]) expect(meaning).not.toBe('');
  expect(draw.length).toBeGreaterThan(5);
  expect(opset).toBe(18);

  interface ContextManifest {
    readonly model: { readonly coders: readonly { readonly codeOf: readonly number[] }[] };
  }
  const file = path.join(folder, 'context', 'model.json');
  const { coders } = (JSON.parse(readFileSync(file, 'utf8')) as ContextManifest).model;
  const known = groups.map(({ group }) => [coders[0]!.codeOf[group === 'a' ? 0 : 1]!]);
  const stream = Rng.create(3).split('histories', 0);
  const theirs = await drawHistories(network, known, () => stream.next());

  expect(Math.max(...theirs.map((steps) => steps.length))).toBeGreaterThan(12);
  const lengths = groups.map((_, i) => ours.starts[i + 1]! - ours.starts[i]!);
  expect(theirs.map((steps) => steps.length)).toEqual(lengths);
  const { variables } = network.manifest.network;
  for (const [row, codes] of theirs.flat().entries()) {
    for (const [v, { column, role }] of variables.entries()) {
      const cell = cellOf(ours.steps.column(column), row);
      if (role === 'flag') expect(codes[v] === 1).toBe(cell === null);
      else if (cell !== null) {
        const value = network.value(column, codes[v]!, ({ borders }) => borders[codes[v]!]![0]!);
        if (typeof cell === 'string') expect(value).toBe(cell);
        else {
          const borders = network.coderOf(column).borders[codes[v]!]!;
          expect(cell).toBeGreaterThanOrEqual(borders[0]! - 0.05);
          expect(cell).toBeLessThanOrEqual(borders.at(-1)! + 0.05);
        }
      }
    }
  }
});
