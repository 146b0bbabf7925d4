import { describe, expect, it } from 'vitest';
import { placeStrip, ratioDomain, ratioStrip } from '../../../src/stages/report/charts.js';
import { heatmap } from '../../../src/stages/report/heatmap.js';
import { numericHistogram } from '../../../src/stages/report/histogram.js';

const ratio = (value: number, low: number, high: number) => ({
  value,
  ci: { low, high, level: 0.95, method: 'bootstrap' },
});

/** Heights of the filled bars, from the drawing. */
function heights(svg: string): number[] {
  const group = /<g[^>]*fill-opacity="0.38"[^>]*>(.*?)<\/g>/s.exec(svg)?.[1] ?? '';
  return [...group.matchAll(/height="([\d.]+)"/g)].map((m) => Number(m[1]));
}

describe('charts', () => {
  it('draws densities: a bin twice as wide with as many rows is half as high', () => {
    const svg = numericHistogram({
      type: 'numeric',
      column: 'x',
      bins: [
        { low: 0, high: 1, real: 100, synthetic: 90 },
        { low: 1, high: 3, real: 100, synthetic: 110 },
      ],
      missing: { real: 0, synthetic: 0 },
    }).toString();
    const [first = 0, second = 0] = heights(svg);
    expect(first / second).toBeCloseTo(2, 1);
  });

  it('draws open ends, a single open bin and no bins', () => {
    const draw = (
      bins: { low: number | null; high: number | null; real: number; synthetic: number }[],
    ): string => numericHistogram({ type: 'numeric', column: 'x', bins, missing: null }).toString();
    expect(
      draw([
        { low: null, high: 5, real: 20, synthetic: 0 },
        { low: 5, high: null, real: 30, synthetic: 0 },
      ]),
    ).not.toMatch(/NaN|Infinity/);
    expect(draw([{ low: null, high: null, real: 20, synthetic: 20 }])).not.toMatch(/NaN|Infinity/);
    expect(draw([])).toContain('No values');
    const closed = [
      { low: 0, high: 5, real: 20, synthetic: 9 },
      { low: 5, high: 10, real: 30, synthetic: 9 },
    ];
    expect(draw([{ low: null, high: 0, real: 0, synthetic: 0 }, ...closed])).toBe(draw(closed));
  });

  it('keeps 1, the bar and the intervals in the domain of ratios, but no hopeless interval', () => {
    expect(ratioDomain([], 0.94)).toEqual([0.85, 1.05]);
    const [low, high] = ratioDomain([ratio(0.7, 0.01, 3)], 0.94);
    expect([low, high]).toEqual([0.4, 1.6]);
  });

  it('draws a ratio outside the domain at its edge', () => {
    const svg = ratioStrip(ratio(0.2, 0.1, 0.3), 0.94, 'bad', [0.4, 1.6]).toString();
    expect(svg).toContain('cx="14"');
    expect(svg).not.toMatch(/c?x\d?="-/);
  });

  it('draws places beyond the edges as triangles', () => {
    const strip = (place: number): string => placeStrip('t', [{ name: 'a', index: 0, place }]).toString();
    expect(strip(0.5)).toContain('<circle');
    expect(strip(7)).not.toContain('<circle');
    expect(strip(-7)).toMatch(/<path[^>]*rotate\(-90\)/);
  });

  it('colours a map by sign and size, blank at 0, and marks what is undefined', () => {
    const map = (values: (number | null)[][]): string =>
      heatmap({ label: 'm', names: ['a', 'b'], values, limit: 1 })
        .toString()
        .replace(/\s+/g, ' ');
    const svg = map([
      [1, -0.5],
      [null, 0],
    ]);
    expect(svg).toContain('class="above" fill-opacity="1"');
    expect(svg).toContain('class="below" fill-opacity="0.5"');
    expect(svg).toContain('class="undefined"');
    expect(svg.match(/<path/g)).toHaveLength(3);
    expect(
      map([
        [9, 0],
        [0, -9],
      ]),
    ).toContain('class="below" fill-opacity="1"');
  });
});
