import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import type { HeadsModel } from '../../../../src/synthesizers/aim/heads/index.js';
import { drawLabels, fitHeads, labelProbabilities } from '../../../../src/synthesizers/aim/heads/index.js';
import { drawLabel } from '../../../../src/synthesizers/aim/heads/draw.js';
import { planHead, shareRho } from '../../../../src/synthesizers/aim/heads/plan.js';
import { curator, featureRows, noiseless, request, sigmoid, trueOdds } from './made-up.js';

const rng = Rng.create('heads');
const test = featureRows(2000, rng.split('test'));

function died(model: HeadsModel): Float64Array {
  return labelProbabilities(model, 0, test.codes).filter((_, i) => i % 2 === 1);
}

function truth(): Float64Array {
  const [age, ward, lactate] = test.codes as [Uint16Array, Uint16Array, Uint16Array];
  return Float64Array.from(age, (a, i) => sigmoid(trueOdds(a, ward[i]!, lactate[i]!)));
}

function rmse(p: Float64Array, q: Float64Array): number {
  return Math.sqrt(p.reduce((s, v, i) => s + (v - q[i]!) ** 2, 0) / p.length);
}

describe('fitHeads', () => {
  it('finds the probabilities that 20,000 records follow, to 0.02 without noise', () => {
    const model = fitHeads(request(20_000, 0.01, { curator: noiseless() }));
    expect(rmse(died(model), truth())).toBeLessThan(0.02);
  });

  it('comes near them with noise, and nearer with more budget', () => {
    const errors = [0.005, 0.1, 1].map((rho) => rmse(died(fitHeads(request(8000, rho))), truth()));
    expect(errors[0]!).toBeLessThan(0.15);
    expect(errors[1]!).toBeLessThan(0.06);
    expect(errors[2]!).toBeLessThan(0.03);
  });

  it('sees real columns that hang together although drawn ones do not', () => {
    const apart = featureRows(4000, rng.split('apart'));
    const drawn = {
      ...apart,
      codes: apart.codes.map((codes, c) =>
        Uint16Array.from(rng.split('mix', c).permutation(apart.rows), (row) => codes[row]!),
      ),
    };
    const model = fitHeads(request(20_000, 0.5, { drawn }));
    expect(rmse(died(model), truth())).toBeLessThan(0.03);
  });

  it('finds an effect of two columns together where the budget allows it', () => {
    const base = request(20_000, 1);
    const [, ward, lactate] = base.features.codes as [Uint16Array, Uint16Array, Uint16Array];
    const flip = lactate.map((a, i) => (a < 1 === ward[i]! > 0 ? 1 : 0));
    const labels = { rows: 20_000, columns: [{ name: 'flip', size: 2 }], codes: [flip] };
    const model = fitHeads({ ...base, labels });
    expect(model.heads[0]!.terms.some((t) => t.columns.length === 2)).toBe(true);
    const p = labelProbabilities(model, 0, base.features.codes);
    const right = flip.filter((y, i) => p[2 * i + 1]! > 0.5 === (y === 1)).length;
    expect(right / flip.length).toBeGreaterThan(0.9);
  });

  it('is hardly ever worse than the share alone with 1,000 records, and better with more budget', () => {
    const losses = [0.002, 0.002, 0.02, 0.2].map((rho, seed) => {
      const p = died(fitHeads(request(1000, rho, { curator: curator(seed) })));
      const share = truth().reduce((s, v) => s + v, 0) / p.length;
      const loss = (q: (i: number) => number): number =>
        truth().reduce((s, y, i) => s - y * Math.log(q(i)) - (1 - y) * Math.log(1 - q(i)), 0) / p.length;
      return loss((i) => p[i]!) - loss(() => share);
    });
    for (const loss of losses) expect(loss).toBeLessThan(0.05);
    expect(losses[3]!).toBeLessThan(-0.05);
  });

  it('takes a label with one class', () => {
    const base = request(2000, 0.02);
    const labels = { rows: 2000, columns: [{ name: 'never', size: 2 }], codes: [new Uint16Array(2000)] };
    const p = labelProbabilities(fitHeads({ ...base, labels }), 0, test.codes);
    for (let i = 0; i < test.rows; i++) expect(p[2 * i + 1]).toBeLessThan(0.1);
  });

  it('is plain data that survives JSON, and the same for the same noise', () => {
    const fit = (): HeadsModel => fitHeads(request(2000, 0.02, { curator: curator(7) }));
    const model = fit();
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
    expect(JSON.stringify(fit())).toBe(JSON.stringify(model));
  });

  it('gives every column an importance, of mean 1, highest where the label depends most', () => {
    const { importance } = fitHeads(request(20_000, 0.5));
    expect(importance.reduce((s, v) => s + v, 0)).toBeCloseTo(3, 10);
    expect(importance[0]!).toBeGreaterThan(importance[2]!);
  });

  it('spends what it may and no more', () => {
    const used = curator();
    fitHeads(request(2000, 0.25, { curator: used }));
    const spent = used.rho - used.left;
    expect(spent).toBeLessThanOrEqual(0.25 * (1 + 1e-9));
    expect(spent).toBeGreaterThan(0.249);
  });

  it('refuses rows that do not fit', () => {
    const base = request(100, 0.1);
    expect(() => fitHeads({ ...base, labels: { ...base.labels, rows: 99 } })).toThrow(/do not fit/);
    expect(() => fitHeads({ ...base, followers: { 0: 1 } })).toThrow(/do not fit/);
  });
});

describe('drawLabels', () => {
  const model = fitHeads(request(5000, 0.5));

  it('gives each row its probabilities, to 0.05 over 2,000 draws', () => {
    const few = test.codes.map((codes) => Array.from(codes).slice(0, 40));
    const p = labelProbabilities(model, 0, few);
    const seen = new Float64Array(40);
    for (let draw = 0; draw < 2000; draw++) {
      const labels = drawLabel(model.heads[0]!, few, rng.split('draw', draw));
      for (const [i, y] of labels.entries()) seen[i]! += y / 2000;
    }
    for (let i = 0; i < 40; i++) expect(Math.abs(seen[i]! - p[2 * i + 1]!)).toBeLessThan(0.05);
  });

  it('draws as many of each class as the probabilities add up to, to a few rows in 2,000', () => {
    for (const l of [0, 1]) {
      const drawn = drawLabels(model, test.codes, rng.split('block', l));
      const codes = [...test.codes, ...drawn.slice(0, l)];
      const p = labelProbabilities(model, l, codes);
      const k = model.heads[l]!.classes;
      for (let c = 0; c < k; c++) {
        let expected = 0;
        for (let i = 0; i < test.rows; i++) expected += p[k * i + c]!;
        const got = drawn[l]!.filter((y) => y === c).length;
        expect(Math.abs(got - expected)).toBeLessThan(k === 2 ? 5 : 12);
      }
    }
  });

  it('draws the same with the same stream', () => {
    const a = drawLabels(model, test.codes, Rng.create(5));
    expect(drawLabels(model, test.codes, Rng.create(5))).toEqual(a);
    expect(drawLabels(model, test.codes, Rng.create(6))).not.toEqual(a);
  });

  it('draws no rows from no rows', () => {
    expect(
      drawLabels(
        model,
        test.codes.map(() => []),
        Rng.create(5),
      ).map((c) => c.length),
    ).toEqual([0, 0]);
  });
});

describe('plan', () => {
  it('spends all of a head’s budget', () => {
    for (const rho of [1e-6, 0.01, 0.3, 10]) {
      const { rounds, choice } = planHead(rho);
      expect(rounds.reduce((s, v) => s + v, choice)).toBeCloseTo(1, 12);
    }
  });

  it('gives followers less', () => {
    expect(shareRho(1, 3, { 2: 0 })).toEqual([0.4, 0.4, 0.2]);
  });
});
