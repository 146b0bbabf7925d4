import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { normalCdf } from '../../../src/numerics/index.js';
import { Rng } from '../../../src/core/index.js';
import { synthesizerById } from '../../../src/synthesizers/index.js';
import type { Table } from '../../../src/table/index.js';
import { Table as TableOf, tableFromRows } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { plantedTable, schemaOf } from '../tables.js';
import type { Row } from './reader.js';
import { SavedNetwork } from './reader.js';

const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-onnx-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The planted table with a column of 300 categories, which networks see as two variables. */
function table(): Table {
  const planted = plantedTable(3000, 5);
  const rng = Rng.create(9);
  const categories = Array.from({ length: 300 }, (_, k) => `p${k}`);
  const cells = Array.from({ length: 3000 }, () => ({ place: rng.next() < 0.1 ? null : `p${rng.int(300)}` }));
  const place = tableFromRows([schemaOf('place', 'categorical', { categories })], cells);
  return new TableOf(3000, [...planted.columns, ...place.columns]);
}

const brief: Readonly<Record<string, object>> = {
  argn: { epochs: 3 },
  tabddpm: { steps: 600, units: 64, batchRows: 128, drawSteps: 20 },
  tvae: { epochs: 30, units: 32, latent: 16 },
  ctgan: { epochs: 10, units: 32, latent: 16, batchRows: 100 },
};

const ROWS = 500;

interface Saved {
  readonly network: SavedNetwork;
  readonly drawn: readonly Row[];
  /** The stream of the first block of rows. */
  readonly stream: () => Rng;
  readonly dir: string;
}
const models = new Map<string, Promise<Saved>>();
function saved(id: string): Promise<Saved> {
  const model = models.get(id) ?? save(id);
  models.set(id, model);
  return model;
}

async function save(id: string): Promise<Saved> {
  const synthesizer = synthesizerById(id);
  const fitted = await synthesizer.fit(table(), synthesizer.compile(brief[id]), testContext());
  const dir = mkdtempSync(path.join(folder, `${id}-`));
  await fitted.save(dir);
  const sample = await fitted.sample(ROWS, { rng: Rng.create(2) }, testContext());
  const names = sample.schema.map(({ name }) => name);
  const drawn = Array.from({ length: ROWS }, (_, i) =>
    Object.fromEntries(names.map((name) => [name, sample.cell(name, i)])),
  );
  return { network: await SavedNetwork.open(dir), drawn, stream: () => Rng.create(2).split('block', 0), dir };
}

describe('a saved network, drawn from by ONNX Runtime and the manifest alone', () => {
  it.each(Object.keys(brief))(
    '%s: names its inputs and outputs, and needs no operators but those of ONNX',
    async (id) => {
      const { network, dir } = await saved(id);
      const { inputs, outputs, draw, opset } = network.manifest.network;
      for (const { meaning } of [...inputs, ...outputs]) expect(meaning).not.toBe('');
      expect(draw.length).toBeGreaterThan(3);
      expect(opset).toBe(18);
      expect(readFileSync(path.join(dir, 'model.onnx')).includes('com.microsoft')).toBe(false);
    },
  );

  it('tvae: gives the rows that we draw', async () => {
    const { network, drawn, stream } = await saved('tvae');
    const noise = stream().split('latent');
    const latent = noise.normals(new Float32Array(ROWS * network.width('latent')));
    const labels = stream().split('labels');
    const told = Array.from({ length: ROWS }, () =>
      network.drawLabels((weights) => labels.weightedIndex(weights)),
    );
    const said = await network.run(ROWS, {
      latent,
      labels: Int32Array.from(told.flatMap(({ codes }) => codes)),
    });
    network.tell(said, told);
    const chance = stream().split('draw');
    const rows = network.decodedRows(ROWS, said, {
      chance: () => chance.next(),
      wobble: () => chance.normal(),
    });
    expect(rows.filter((row, i) => !same(row, drawn[i]!)).length).toBeLessThanOrEqual(2);
  });

  it('ctgan: gives the rows that we draw', async () => {
    const { network, drawn, stream } = await saved('ctgan');
    const { model, network: about } = network.manifest;
    const noise = stream().split('latent');
    const asked = Array.from({ length: ROWS }, () => {
      const own = network.drawLabels((weights) => noise.weightedIndex(weights));
      const { choice, ofClass } = model.conditions[noise.int(model.conditions.length)]!;
      const label = network.labels.findIndex(({ start }) => start === about.choices[choice]!.start);
      const code = label < 0 ? noise.weightedIndex(ofClass[own.class]!) : own.codes[label]!;
      return { ...own, code: about.choices[choice]!.start + code };
    });
    const width = network.width('latent');
    const condition = network.width('logits');
    const latent = new Float32Array(ROWS * width);
    const normals = noise.normals(new Float32Array(ROWS * (width - condition)));
    for (const [row, { code, codes }] of asked.entries()) {
      const from = (row + 1) * width - condition;
      latent.set(normals.subarray(row * (width - condition), (row + 1) * (width - condition)), row * width);
      latent[from + code] = 1;
      for (const [i, { start }] of network.labels.entries()) latent[from + start + codes[i]!] = 1;
    }
    const said = await network.run(ROWS, { latent });
    network.tell(said, asked);
    const chance = stream().split('draw');
    const rows = network.decodedRows(ROWS, said, { chance: () => chance.next(), wobble: () => 0 });
    expect(rows.filter((row, i) => !same(row, drawn[i]!)).length).toBeLessThanOrEqual(2);
  });

  it('argn: gives the codes that we draw, variable by variable', async () => {
    const { network, drawn, stream } = await saved('argn');
    const { variables, order } = network.manifest.network;
    const chance = stream();
    const codes = new Int32Array(ROWS * variables.length);
    const rank = new Float32Array(variables.length);
    for (const [place, v] of order.entries()) rank[v] = place;
    const width = network.width('logits');
    for (const v of order) {
      const { logits } = await network.run(ROWS, { codes, rank });
      const variable = variables[v]!;
      const { flag, parent, size, start } = variable;
      for (let row = 0; row < ROWS; row++) {
        const at = row * variables.length;
        if (flag !== null && codes[at + flag.part] === 1) {
          codes[at + v] = flag.code;
          continue;
        }
        const above = parent === null ? 0 : codes[at + parent]! * size;
        const from = row * width + start;
        const missing = flag === null;
        codes[at + v] = network.drawCode(variable, logits!.subarray(from, from + size), {
          above,
          chance: () => chance.next(),
          missing,
        });
      }
    }
    const off = drawn.filter((row, i) => {
      return variables.some(({ column, role, size }, v) => {
        if (role === 'flag' || role === 'group') return false;
        const above = role === 'place' ? codes[i * variables.length + v - 1]! * size : 0;
        return !inBin(network, {
          column,
          code: above + codes[i * variables.length + v]!,
          cell: row[column]!,
        });
      });
    });
    expect(off.length).toBeLessThanOrEqual(2);
  });

  it('tabddpm: gives rows of the same shares by the loop of the manifest', async () => {
    const { network, drawn } = await saved('tabddpm');
    const rows = await denoised(network, ROWS, Rng.create(4));
    for (const holds of [
      (row: Row) => row['died'] === 'yes',
      (row: Row) => row['group'] === 'old' && Number(row['age']) >= 65,
      (row: Row) => row['lab'] === null,
      (row: Row) => Number(row['age']) >= 60 && row['lab'] !== null && Number(row['lab']) > 5.5,
      (row: Row) => row['cost'] === 0,
    ]) {
      const [ours, theirs] = [drawn, rows].map((some) => some.filter(holds).length / ROWS);
      expect(Math.abs(ours! - theirs!)).toBeLessThan(0.09); // three deviations of a difference of two shares of 500
    }
  });
});

/** Whether two rows are the same but for the last bits of their numbers. */
function same(a: Row, b: Row): boolean {
  return Object.entries(a).every(([name, x]) => {
    const y = b[name];
    if (typeof x === 'number' && typeof y === 'number') return Math.abs(x - y) <= 1e-4 * (1 + Math.abs(x));
    return x === y;
  });
}

/** Whether a cell is what a code of `argn` stands for. */
function inBin(
  network: SavedNetwork,
  { column, code, cell }: { column: string; code: number; cell: Row[string] },
): boolean {
  const value = network.value(column, code, ({ borders }) => borders[code]![0]!);
  if (typeof cell !== 'number' || typeof value !== 'number') return value === cell;
  const borders = network.coderOf(column).borders[code]!;
  const half = 0.5; // of a step of the roundest column, whole numbers
  return cell >= borders[0]! - half && cell <= borders.at(-1)! + half;
}

/** The loop of `tabddpm`'s manifest. */
async function denoised(network: SavedNetwork, rows: number, rng: Rng): Promise<Row[]> {
  const { schema, labels } = network.manifest.model;
  const { choices, numbers, visits, alphaBar } = network.manifest.network;
  const [many, some, width] = [choices.length, numbers.length, network.width('logits')];
  const codes = Int32Array.from({ length: rows * many }, (_, i) => rng.int(choices[i % many]!.size));
  const x = Float32Array.from({ length: rows * some }, () => rng.normal());
  const known = new Float32Array(rows * schema.length);
  const isKnown = (row: number, column: string): boolean =>
    known[row * schema.length + schema.findIndex(({ name }) => name === column)] === 1;
  for (let row = 0; row < rows; row++) {
    const one = labels.classes[rng.weightedIndex(labels.classes.map((c) => c.rows))]!;
    for (const [i, c] of labels.columns.entries()) {
      codes[row * many + choices.findIndex(({ column }) => column === schema[c]!.name)] = one.codes[i]!;
      known[row * schema.length + c] = 1;
    }
  }
  for (const [i, time] of visits.slice(0, -1).entries()) {
    const said = await network.run(rows, { codes, numbers: x, known, time: new Int32Array(rows).fill(time) });
    const [a, b] = [alphaBar[i]!, alphaBar[i + 1]!];
    for (let row = 0; row < rows; row++) {
      for (const [n, { column }] of numbers.entries()) {
        if (isKnown(row, column)) continue;
        const at = row * some + n;
        const clean = Math.min(
          Math.max((x[at]! - Math.sqrt(1 - a) * said['noise']![at]!) / Math.sqrt(a), -5.2),
          5.2,
        );
        x[at] =
          Math.sqrt(b) * clean + (Math.sqrt(1 - b) * (x[at]! - Math.sqrt(a) * clean)) / Math.sqrt(1 - a);
      }
      for (const [k, choice] of choices.entries()) {
        if (isKnown(row, choice.column)) continue;
        const { start, size, role } = choice;
        const at = row * many + k;
        const logits = said['logits']!.subarray(row * width + start, row * width + start + size);
        const last = i === visits.length - 2;
        const above = role === 'place' && last ? codes[at - 1]! * size : 0;
        const weights = Array.from(logits, (logit) => Math.exp(Math.min(Math.max(logit, -30), 30)));
        const clean = last
          ? network.drawCode(choice, logits, { above, chance: () => rng.next(), missing: true })
          : rng.weightedIndex(weights);
        codes[at] = last
          ? clean
          : rng.weightedIndex(
              weights.map(
                (_, code) =>
                  ((a / b) * Number(code === codes[at]) + (1 - a / b) / size) *
                  (b * Number(code === clean) + (1 - b) / size),
              ),
            );
      }
    }
  }
  return Array.from({ length: rows }, (_, row): Row => {
    const out: Row = {};
    for (const { name } of schema) {
      let code = 0;
      for (const [k, { column, role, size }] of choices.entries())
        if (column === name) code = (role === 'place' ? code * size : 0) + codes[row * many + k]!;
      const n = numbers.findIndex(({ column }) => column === name);
      out[name] = network.value(name, code, (coder) => {
        const mode = coder.modes[code - coder.spikes.length] as unknown as Quantiles | undefined;
        return mode === undefined ? coder.spikes[code]! : quantile(mode, normalCdf(x[row * some + n]!));
      });
    }
    return out;
  });
}

interface Quantiles {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly upTo: readonly number[];
}

function quantile({ low, high, upTo }: Quantiles, u: number): number {
  const k = Math.min(
    upTo.findIndex((share) => share >= u),
    upTo.length - 1,
  );
  const below = k === 0 ? 0 : upTo[k - 1]!;
  return low[k]! + ((high[k]! - low[k]!) * (u - below)) / (upTo[k]! - below);
}
