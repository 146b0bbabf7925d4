import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../../../src/stages/simulate/engine/expression.js';

const names: Readonly<Record<string, number>> = { BMI: 30, x: 2 };
const look = (_who: null, name: string): number | undefined => names[name];

describe('expressions of modules', () => {
  it.each([
    ['#{BMI} * 0.497 + 56.15', 30 * 0.497 + 56.15],
    ['1 + 2 * 3 - 4 / 2', 5],
    ['(1 + 2) * -(#{x})', -6],
    ['#{unset} + 1', 1],
  ])('%s', (text, value) => {
    const run = compileExpression(text, look);
    expect(typeof run === 'function' ? run(null) : run).toBeCloseTo(value, 12);
  });

  it.each(['', '1 +', '(1', '1 2', 'abc', '1 + $'])('refuses %j', (text) => {
    expect(compileExpression(text, look)).toHaveProperty('badAt');
  });
});
