import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Sink } from '../../../../src/stages/simulate/run/sink.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'anamnesis-sink-'));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const chunk = (file: string, text: string) => ({ file, bytes: new TextEncoder().encode(text) });

it('appends to more files than stay open, and says what has grown', () => {
  const sink = new Sink(folder);
  const names = Array.from({ length: 450 }, (_, i) => `deep/${i}.txt`);
  for (const text of ['one ', 'two'])
    expect(
      sink.write(
        'csv',
        names.map((name) => chunk(name, text)),
      ),
    ).toBe(450 * text.length);
  const grown = sink.takeGrown();
  expect(grown.size).toBe(450);
  expect(grown.get('csv/deep/7.txt')).toBe(7);
  expect(sink.takeGrown().size).toBe(0);
  sink.close();
  for (const name of names) expect(readFileSync(path.join(folder, 'csv', name), 'utf8')).toBe('one two');
});

it.skipIf(!existsSync('/dev/full'))('throws where it happens when the disk is full', () => {
  mkdirSync(path.join(folder, 'csv'), { recursive: true });
  symlinkSync('/dev/full', path.join(folder, 'csv', 'a.csv'));
  const sink = new Sink(folder);
  expect(() => sink.write('csv', [chunk('a.csv', 'x')])).toThrow(/ENOSPC/);
  sink.close();
});
