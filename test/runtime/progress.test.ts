import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/core/index.js';
import {
  formatCount,
  formatSeconds,
  jsonProgress,
  silentProgress,
  terminalProgress,
} from '../../src/runtime/index.js';

/** A clock that the test moves, a stream that collects, and a timer that ticks with the clock. */
function stage(tty: { isTTY: boolean; columns?: number }) {
  let nowMs = 0;
  const timers = new Set<{ act: () => void; everyMs: number }>();
  const writes: string[] = [];
  const clock: Clock = { now: () => nowMs };
  const repeat = (act: () => void, everyMs: number): (() => void) => {
    const timer = { act, everyMs };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  return {
    clock,
    repeat,
    stream: { ...tty, write: (text: string) => writes.push(text) },
    writes,
    timers,
    text: () => writes.join(''),
    pass(ms: number) {
      for (let t = 0; t < ms; t += 50) {
        nowMs += 50;
        for (const timer of timers) if (nowMs % timer.everyMs === 0) timer.act();
      }
    },
  };
}

/** What a terminal shows after the writes: understands only "up n lines, clear below". */
function screen(writes: readonly string[]): string[] {
  const lines: string[] = [];
  for (const write of writes) {
    const erase = /^\u001b\[(\d+)A\u001b\[J/.exec(write);
    if (erase !== null) lines.splice(lines.length - Number(erase[1]));
    const shown = write.slice(erase?.[0].length ?? 0);
    if (shown !== '') lines.push(...shown.replace(/\n$/, '').split('\n'));
  }
  return lines;
}

describe('on a terminal', () => {
  it('short work shows only its final line', () => {
    const s = stage({ isTTY: true });
    const task = terminalProgress(s).task('Reading', 10);
    for (let i = 0; i < 10; i++) {
      s.pass(100);
      task.advance();
    }
    task.done('10 rows');
    expect(s.text()).toBe('✓ Reading: 10 rows\n');
  });

  it('long work shows a bar with part done, rate and time left, then its final line with the time taken', () => {
    const s = stage({ isTTY: true });
    const task = terminalProgress(s).task('Importing labs', 3000);
    s.pass(3900);
    task.advance(1000);
    s.pass(100);
    expect(screen(s.writes)).toEqual([
      '  █████░░░░░░░░░░░ Importing labs: 33 %, 1,000 of 3,000, 250/s, 8 s left',
    ]);
    s.pass(4000);
    task.advance(2000);
    s.pass(100);
    task.done();
    expect(screen(s.writes)).toEqual(['✓ Importing labs (8 s)']);
  });

  it('work of unknown size shows what is done, the rate and the note', () => {
    const s = stage({ isTTY: true });
    const task = terminalProgress(s).task('Sorting');
    task.note('shard 2');
    task.advance(10);
    s.pass(5000);
    expect(screen(s.writes)).toEqual(['  Sorting: 10, 2/s, 5 s, shard 2']);
  });

  it('several tasks have a line each; a finished one leaves its line above them', () => {
    const s = stage({ isTTY: true });
    const progress = terminalProgress(s);
    const a = progress.task('A', 2);
    const b = progress.task('B', 4);
    a.advance();
    b.advance();
    s.pass(3000);
    expect(screen(s.writes)).toHaveLength(2);
    a.done();
    s.pass(500);
    const lines = screen(s.writes);
    expect(lines[0]).toBe('✓ A (3 s)');
    expect(lines[1]).toContain(' B: 25 %');
    expect(lines).toHaveLength(2);
  });

  it('lines never exceed the width of the terminal', () => {
    const s = stage({ isTTY: true, columns: 40 });
    const task = terminalProgress(s).task('A very long name of a very long piece of work', 2);
    task.note('with a note');
    s.pass(3000);
    expect(screen(s.writes)[0]).toHaveLength(39);
    expect(screen(s.writes)[0]).toMatch(/…$/);
  });

  it('draws at most ten times a second', () => {
    const s = stage({ isTTY: true });
    const task = terminalProgress(s).task('Fast', 1_000_000);
    s.pass(2000);
    const before = s.writes.length;
    for (let i = 0; i < 10_000; i++) task.advance();
    expect(s.writes.length - before).toBeLessThanOrEqual(1);
  });

  it('close() takes unfinished bars away and stops the timer', () => {
    const s = stage({ isTTY: true });
    const progress = terminalProgress(s);
    progress.task('Unfinished', 2);
    s.pass(3000);
    expect(screen(s.writes)).toHaveLength(1);
    progress.close();
    expect(screen(s.writes)).toEqual([]);
    expect(s.timers.size).toBe(0);
  });

  it('the timer runs only while there is work', () => {
    const s = stage({ isTTY: true });
    const task = terminalProgress(s).task('A');
    expect(s.timers.size).toBe(1);
    task.done();
    task.done();
    expect(s.timers.size).toBe(0);
    expect(s.text()).toBe('✓ A\n');
  });
});

describe('elsewhere', () => {
  it('long work writes a line when it proves long, one every 10 s, and one at its end; never a control character', () => {
    const s = stage({ isTTY: false });
    const task = terminalProgress(s).task('Training', 100);
    for (let i = 0; i < 50; i++) {
      s.pass(500);
      task.advance(2);
    }
    task.done('AUC computed');
    const lines = s.text().trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^ {2}Training: \d+ %, .* left$/);
    expect(lines[3]).toBe('✓ Training: AUC computed (25 s)');
    expect(s.text()).not.toContain('\u001b');
  });

  it('writes without any call while one long step runs', () => {
    const s = stage({ isTTY: false });
    terminalProgress(s).task('One long query');
    s.pass(2500);
    expect(s.text()).toBe('  One long query: 2 s\n');
  });

  it('short work writes only its final line', () => {
    const s = stage({ isTTY: false });
    const task = terminalProgress(s).task('Reading', 3);
    s.pass(1000);
    task.advance(3);
    task.done();
    expect(s.text()).toBe('✓ Reading\n');
  });
});

describe('jsonProgress', () => {
  it('writes one JSON object a line: start, at most one a second, notes, done', () => {
    const s = stage({ isTTY: false });
    const task = jsonProgress(s).task('Import "labs"', 100);
    for (let i = 0; i < 20; i++) {
      s.pass(200);
      task.advance(5);
    }
    task.note('last');
    task.done('ok');
    task.done('twice');
    const lines = s
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines.map((l) => (l as { event: string }).event)).toEqual([
      'start',
      'progress',
      'progress',
      'progress',
      'progress',
      'note',
      'done',
    ]);
    expect(lines[1]).toEqual({
      type: 'progress',
      event: 'progress',
      id: 1,
      task: 'Import "labs"',
      units: 25,
      total: 100,
      elapsedSeconds: 1,
      unitsPerSecond: 25,
      secondsLeft: 3,
    });
    expect(lines.at(-1)).toMatchObject({ event: 'done', units: 100, summary: 'ok' });
  });

  it('tells tasks of one name apart', () => {
    const s = stage({ isTTY: false });
    const progress = jsonProgress(s);
    progress.task('fit');
    progress.task('fit');
    expect(s.writes.map((w) => (JSON.parse(w) as { id: number }).id)).toEqual([1, 2]);
  });
});

it('silentProgress accepts every call', () => {
  const task = silentProgress.task('x');
  task.advance();
  task.note('y');
  task.done();
});

it.each([
  [0, '0'],
  [0.123, '0.12'],
  [9, '9'],
  [999.6, '1,000'],
  [1234567, '1,234,567'],
])('formatCount(%d) is %s', (value, text) => {
  expect(formatCount(value)).toBe(text);
});

it.each([
  [0.4, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [185, '3 min 05 s'],
  [7800, '2 h 10 min'],
])('formatSeconds(%d) is %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});
