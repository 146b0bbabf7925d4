import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../../../bin/anamnesis.js', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'anamnesis-cli-simulate-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** `anamnesis simulate` as its users run it. */
function simulate(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const out = path.join(folder, name);
  const all = ['simulate', '--seed', 'slow', '--end', '2025-01-01', '--quiet', '-o', out, ...args];
  const done = spawnSync(process.execPath, [program, ...all], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  expect(done.stderr).toBe('');
  expect(done.status).toBe(0);
}

function hashes(name: string): Record<string, string> {
  const root = path.join(folder, name);
  const files = readdirSync(root, { recursive: true }).map(String).sort();
  return Object.fromEntries(
    files
      .filter((file) => statSync(path.join(root, file)).isFile())
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(path.join(root, file)))
          .digest('hex'),
      ]),
  );
}

/** Moves the clock of a process by two days. */
const later = `data:text/javascript,${encodeURIComponent(`
  const Real = Date;
  const shift = 2 * 86_400_000;
  globalThis.Date = class extends Real {
    constructor(...given) { if (given.length > 0) super(...given); else super(Real.now() + shift); }
    static now() { return Real.now() + shift; }
  };`)}`;

const formats = ['--format', 'fhir,csv,omop,meds,cohort', '--truth'];
const people = ['-p', '120', ...formats];

describe('the files of all formats', () => {
  let one: Record<string, string> = {};
  beforeAll(() => {
    simulate('one', [...people, '--workers', '1']);
    one = hashes('one');
  });

  it('are there', () => {
    expect(Object.keys(one).length).toBeGreaterThan(120 + 40);
  });

  it('are the same with two workers (bytes)', () => {
    simulate('two', [...people, '--workers', '2']);
    expect(hashes('two')).toEqual(one);
  });

  it.each(['Pacific/Auckland', 'America/Los_Angeles'])('are the same in the time zone %s (bytes)', (zone) => {
    simulate('zone', [...people, '--workers', '2'], { TZ: zone });
    expect(hashes('zone')).toEqual(one);
  });

  it('are the same two days later (bytes)', () => {
    simulate('later', [...people, '--workers', '2'], { NODE_OPTIONS: `--import "${later}"` });
    expect(hashes('later')).toEqual(one);
  });
});

it('makes patient 500 alone as within a run of 501 (bytes of the Bundle and of the rows)', () => {
  const run = ['-p', '501', '--format', 'fhir,csv', '--workers', '2'];
  simulate('run', run);
  simulate('alone', [...run, '--patient', '500']);
  const bundles = Object.entries(hashes('alone')).filter(([file]) => file.startsWith('fhir'));
  expect(bundles).toHaveLength(1);
  const [[file, hash]] = bundles as [[string, string]];
  expect(hashes('run')[file]).toBe(hash);
  const id = path.basename(file, '.json');
  for (const table of ['patients', 'encounters', 'conditions', 'observations', 'medications', 'procedures']) {
    const rows = (name: string): string[] =>
      readFileSync(path.join(folder, name, 'csv', `${table}.csv`), 'utf8')
        .split('\n')
        .filter((line) => line.includes(id));
    expect(rows('alone')).toEqual(rows('run'));
  }
});
