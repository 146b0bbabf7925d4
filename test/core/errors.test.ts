import { describe, expect, it } from 'vitest';
import {
  AnamnesisError,
  DataError,
  exitCodeOf,
  InternalError,
  InterruptedError,
  PrivacyError,
  throwIfAborted,
  UserError,
} from '../../src/core/index.js';

describe('errors', () => {
  const cases: [AnamnesisError, string, number][] = [
    [new UserError('A', 'a'), 'user', 2],
    [new DataError('A', 'a'), 'data', 3],
    [new PrivacyError('A', 'a'), 'privacy', 4],
    [new InternalError('A', 'a'), 'internal', 70],
    [new InterruptedError(), 'user', 130],
  ];
  it.each(cases)('%s has its kind and exit code', (error, kind, code) => {
    expect(error).toBeInstanceOf(AnamnesisError);
    expect(error.kind).toBe(kind);
    expect(exitCodeOf(error)).toBe(code);
    expect(error.name).toBe(error.constructor.name);
  });

  it.each([new TypeError('x'), 'text', undefined, null])(
    'a foreign %s exits as a defect of ours',
    (error) => {
      expect(exitCodeOf(error)).toBe(70);
    },
  );

  it('say what was expected, what came and what to do, in that order', () => {
    const cause = new Error('beneath');
    const error = new DataError('NO_COLUMN', 'There is no column.', {
      fix: 'add it',
      got: 'a',
      expected: 'b',
      cause,
    });
    expect(error.message).toBe('There is no column.\n  expected: b\n  got:      a\n  to do:    add it');
    expect(error).toMatchObject({
      code: 'NO_COLUMN',
      summary: 'There is no column.',
      expected: 'b',
      got: 'a',
      fix: 'add it',
    });
    expect(error.cause).toBe(cause);
  });

  it('show only the parts they have', () => {
    const error = new UserError('X', 'Short.');
    expect(error.message).toBe('Short.');
    expect('cause' in error).toBe(false);
  });
});

describe('throwIfAborted', () => {
  it('throws once the signal has fired', () => {
    const controller = new AbortController();
    expect(() => {
      throwIfAborted(undefined);
      throwIfAborted(controller.signal);
    }).not.toThrow();
    controller.abort();
    expect(() => {
      throwIfAborted(controller.signal);
    }).toThrow(InterruptedError);
  });
});
