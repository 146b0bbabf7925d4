import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  noteCheckpoint,
  removeJournal,
  restoreCheckpoint,
} from '../../../../src/stages/simulate/run/journal.js';

const progress = (patients: number) => ({
  patients,
  bytes: 10 * patients,
  entries: 0,
  tried: patients,
  unfit: 0,
  dead: 0,
  spared: 0,
  refused: {},
});

let folder: string;
const file = (name: string): string => path.join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'anamnesis-journal-'));
  mkdirSync(file('csv'));
  writeFileSync(file('csv/a.csv'), '12345');
  noteCheckpoint(folder, new Map([['csv/a.csv', 5]]), progress(1));
  appendFileSync(file('csv/a.csv'), '678');
  writeFileSync(file('csv/b.csv'), 'xy');
  noteCheckpoint(
    folder,
    new Map([
      ['csv/a.csv', 8],
      ['csv/b.csv', 2],
    ]),
    progress(2),
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a journal', () => {
  it('puts a folder back to the last checkpoint', () => {
    appendFileSync(file('csv/a.csv'), 'after it');
    writeFileSync(file('csv/c.csv'), 'after it');
    const checkpoint = restoreCheckpoint(folder);
    expect(checkpoint?.progress).toEqual(progress(2));
    expect([...checkpoint!.sizes]).toEqual([
      ['csv/a.csv', 8],
      ['csv/b.csv', 2],
    ]);
    expect(readFileSync(file('csv/a.csv'), 'utf8')).toBe('12345678');
    expect(readdirSync(file('csv'))).toEqual(['a.csv', 'b.csv']);
  });

  it.each(['["csv/a.csv",11]\n', '["csv/a.csv",11]\n{"patients":3,"by', '["csv/a.c', 'nonsense\n'])(
    'passes over an end that was torn off (%j), and is written on after what counts',
    (torn) => {
      appendFileSync(file('csv/a.csv'), 'abc');
      appendFileSync(file('.journal'), torn);
      expect(restoreCheckpoint(folder)?.progress.patients).toBe(2);
      expect(readFileSync(file('csv/a.csv'), 'utf8')).toBe('12345678');
      noteCheckpoint(folder, new Map(), progress(4));
      expect(restoreCheckpoint(folder)?.progress.patients).toBe(4);
    },
  );

  it('empties the folder where a file does not reach its checkpoint, or there is no journal', () => {
    writeFileSync(file('csv/b.csv'), 'x');
    expect(restoreCheckpoint(folder)).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(file('left'), 'x');
    removeJournal(folder);
    expect(restoreCheckpoint(folder)).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });
});
