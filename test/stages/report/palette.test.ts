import { describe, expect, it } from 'vitest';
import { dark, light, type Palette } from '../../../src/stages/report/palette.js';

/** Relative luminance and contrast ratio of WCAG 2.2, "contrast ratio". */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const text: readonly (keyof Palette)[] = [
  'ink',
  'faint',
  'link',
  'real',
  'synthetic',
  'good',
  'care',
  'bad',
  'unknown',
];
const lines: readonly (keyof Palette)[] = ['other-1', 'other-2', 'other-3', 'above', 'below'];

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('%s palette', (_, palette) => {
  it.each(text)('%s is readable as text (contrast at least 4.5)', (name) => {
    expect(contrast(palette[name], palette.paper)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette[name], palette.card)).toBeGreaterThanOrEqual(4.5);
  });
  it.each(lines)('%s is visible as a line (contrast at least 3)', (name) => {
    expect(contrast(palette[name], palette.card)).toBeGreaterThanOrEqual(3);
  });
});
