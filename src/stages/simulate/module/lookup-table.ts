import type { Fault, LookupRow, LookupTable } from './types.js';

type Report = (fault: Pick<Fault, 'key' | 'expected' | 'got'>) => void;

/** Probabilities in Synthea's tables are rounded to a few digits, so a row may miss 1 by this much. */
const tableTolerance = 0.011;

/**
 * Reads a lookup table: the last columns are states, those before them attributes (`age` and `time` as `low-high`, both included).
 * @param stateNames states that some transition takes from this table
 */
export function parseLookupTable(
  name: string,
  text: string,
  stateNames: ReadonlySet<string>,
  report: Report,
): LookupTable | null {
  const lines = text
    .replace(/^\uFEFF/u, '')
    .split(/\r?\n/u)
    .map(cells);
  while (lines.length > 0 && lines.at(-1)!.every((cell) => cell === '')) lines.pop();
  const header = lines[0];
  if (header === undefined || lines.length < 2) {
    report({
      key: [],
      expected: 'a header and at least one row',
      got: header === undefined ? 'an empty file' : 'no rows',
    });
    return null;
  }
  const first = header.findIndex((column) => stateNames.has(column));
  if (first < 0) {
    report({
      key: [1],
      expected: `columns that are states, e.g. ${[...stateNames][0] ?? ''}`,
      got: header.join(', '),
    });
    return null;
  }
  const keys = header.slice(0, first);
  const states = header.slice(first);
  const rows: LookupRow[] = [];
  for (const [i, line] of lines.slice(1).entries()) {
    const row = parseRow(line, keys, states, (got, expected) => {
      report({ key: [i + 2], expected, got });
    });
    if (row !== null) rows.push(row);
  }
  return { name, keys, states, rows };
}

function parseRow(
  line: readonly string[],
  keys: readonly string[],
  states: readonly string[],
  report: (got: string, expected: string) => void,
): LookupRow | null {
  const width = keys.length + states.length;
  if (line.length !== width) {
    report(`${line.length} cells`, `${width} cells, as in the header`);
    return null;
  }
  const attributes: string[] = [];
  let age: LookupRow['age'] = null;
  let time: LookupRow['time'] = null;
  for (const [k, key] of keys.entries()) {
    const cell = line[k]!;
    if (key !== 'age' && key !== 'time') {
      attributes.push(cell);
      continue;
    }
    const found = /^(\d+)-(\d+)$/u.exec(cell);
    if (found === null || Number(found[1]) > Number(found[2])) {
      report(`${key} '${cell}'`, `${key} as low-high, e.g. 0-17`);
      return null;
    }
    const range = [Number(found[1]), Number(found[2])] as const;
    if (key === 'age') age = range;
    else time = range;
  }
  const probabilities = line.slice(keys.length).map(Number);
  if (probabilities.some((p) => !(p >= 0 && p <= 1))) {
    report('a cell that is no probability', 'numbers from 0 to 1');
    return null;
  }
  const sum = probabilities.reduce((a, b) => a + b, 0);
  // All zero: no patient is meant to come here; the last state is taken.
  if (sum > 0 && Math.abs(sum - 1) > tableTolerance)
    report(`probabilities that sum to ${Number(sum.toFixed(4))}`, 'a sum of 1');
  return { attributes, age, time, probabilities };
}

function cells(line: string): string[] {
  const out: string[] = [];
  for (const match of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/gu))
    out.push(match[1] === undefined ? match[2]!.trim() : match[1].replaceAll('""', '"'));
  return out;
}
