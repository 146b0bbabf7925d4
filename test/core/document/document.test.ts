import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  checkShape,
  documentError,
  parseYaml,
  pathText,
  section,
  suggest,
  UserError,
} from '../../../src/core/index.js';

const kind = { code: 'BAD_THING', what: 'thing', file: 'thing.yaml' };
const schema = section({
  name: z.string().regex(/^[a-z]+$/, 'lower-case letters'),
  size: z.int().min(1).max(9),
  mode: z.enum(['fast', 'slow']).default('fast'),
  parts: z
    .array(
      z.discriminatedUnion('is', [
        section({ is: z.literal('a'), n: z.number() }),
        section({ is: z.literal('b') }),
      ]),
    )
    .min(1),
  either: z.union([z.string(), section({ code: z.string() })]),
  named: z.record(z.string().regex(/^[a-z]+$/, 'lower-case letters'), z.number()).default({}),
});

function messageFor(text: string): string {
  const document = parseYaml(text, kind);
  const checked = checkShape(schema, document.value);
  return checked.ok ? 'ok' : documentError(kind, document, checked.problems).message;
}

const good = 'name: x\nsize: 3\nparts: [{ is: b }]\neither: y\n';

describe('strict documents', () => {
  it('accept what fits', () => {
    expect(messageFor(good)).toBe('ok');
  });

  it('report every problem with line, key path, what was expected and what came', () => {
    const text = `name: X1
size: 12
mode: fst
parts:
  - { is: a, m: 1 }
  - { is: c }
either: { codee: y }
named: { A: 1, b: x }
`;
    expect(messageFor(text)).toBe(
      `The thing thing.yaml cannot be used as it is (10 problems):
  - line 1, name: expected lower-case letters, got 'X1'
  - line 2, size: expected at most 9, got 12
  - line 3, mode: expected one of fast, slow, got 'fst'; did you mean 'fast'?
  - line 5, parts[0].n: expected a number, got nothing (the key is missing)
  - line 5, parts[0].m: expected one of is, n, got unknown key 'm'; did you mean 'n'?
  - line 6, parts[1].is: expected one of a, b, got 'c'; did you mean 'a'?
  - line 7, either.code: expected a text, got nothing (the key is missing)
  - line 7, either.codee: expected one of code, got unknown key 'codee'; did you mean 'code'?
  - line 8, named.A: expected lower-case letters, got 'A'
  - line 8, named.b: expected a number, got 'x'
  to do:    correct them in thing.yaml and run the command again`,
    );
  });

  it('describe values of every type without printing sections', () => {
    expect(messageFor('name: []\nsize: true\nparts: {}\neither: 3\nnamed: [1]')).toContain(
      'line 1, name: expected a text, got an empty list',
    );
    expect(messageFor(good.replace('size: 3', 'size:'))).toContain(
      'size: expected a number, got nothing (the value is empty)',
    );
    expect(messageFor(good.replace('[{ is: b }]', '[]'))).toContain(
      'parts: expected at least 1 entry, got an empty list',
    );
  });

  it('point to the nearest line that exists', () => {
    const document = parseYaml('a:\n  b:\n    - x\n    - y: 1\n', kind);
    expect(document.lineOf([])).toBe(1);
    expect(document.lineOf(['a', 'b', 1, 'y'])).toBe(4);
    expect(document.lineOf(['a', 'b', 7])).toBe(2);
    expect(document.lineOf(['a', 'none'])).toBe(1);
  });

  it('follow aliases', () => {
    const document = parseYaml('base: &b\n  x: 1\nuse: *b\n', kind);
    expect(document.lineOf(['use', 'x'])).toBe(2);
  });

  it('name every syntax error with its line', () => {
    const attempt = (): unknown => parseYaml('a: [1, 2\nb: "x\nc: : 3\n', kind);
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(/thing\.yaml is not valid YAML.*line \d+, column \d+: /s);
  });

  it('refuse a key given twice', () => {
    expect(() => parseYaml('a: 1\na: 2\n', kind)).toThrow(/line 2, column 1: Map keys must be unique/);
  });

  it('write paths as people do', () => {
    expect(pathText([])).toBe('(top level)');
    expect(pathText(['a', 0, 'b'])).toBe('a[0].b');
    expect(pathText([0, 'b'])).toBe('[0].b');
  });
});

describe('suggest', () => {
  it('finds near names, whatever their case and separators', () => {
    expect(suggest('min_age_years', ['minAgeYears', 'maxAgeYears'])).toBe('minAgeYears');
    expect(suggest('indxe', ['index', 'windows'])).toBe('index');
    expect(suggest('colour', ['index', 'windows'])).toBeUndefined();
    expect(suggest('x', [])).toBeUndefined();
  });
});
