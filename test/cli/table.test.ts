import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { csvOf, scratchFolder, visits } from '../pipeline/table/files.js';

const program = fileURLToPath(new URL('../../bin/anamnesis.js', import.meta.url));
const folder = scratchFolder();
afterAll(folder.remove);

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function anamnesis(args: readonly string[], input?: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, 'table', ...args], { cwd: folder.at('.') });
    let out = '';
    let err = '';
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    child.on('close', (code) => {
      resolve({ code, out, err });
    });
    child.stdin.end(input ?? '');
  });
}

const csv = csvOf(visits(900));
folder.write('data.csv', csv);
folder.write('rules.yaml', 'constraints:\n  - { if: { lab: { atLeast: 6.5 } }, then: { diabetes: 1 } }\n');

describe('anamnesis table', () => {
  it('leads from a file to a report in three commands', async () => {
    const rest = [
      '--label',
      'back',
      '--unit',
      'patient_id',
      '--constraints',
      'rules.yaml',
      '--set',
      'labels=tree',
    ];
    const fit = await anamnesis(['fit', 'data.csv', ...rest, '-o', 'model']);
    expect(fit.code).toBe(0);
    for (const text of [
      'Learned 9 columns',
      'real ones set aside for testing',
      "set aside   'patient_id': it names the unit",
      'relation    hours = 24 · days',
      'lab ≥ 6.5 ⇒ diabetes = 1  repair',
      'no claim of ε',
      'anamnesis table sample model',
    ])
      expect(fit.out).toContain(text);

    const sample = await anamnesis([
      'sample',
      'model/',
      '-n',
      '800',
      '--where',
      'diabetes=1',
      '-o',
      'syn.csv',
      '--json',
    ]);
    expect(sample.code).toBe(0);
    expect(JSON.parse(sample.out)).toMatchObject({ out: 'syn.csv', rows: 800, columns: 9 });
    expect(readFileSync(folder.at('syn.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(801);

    const judge = ['data.csv', 'syn.csv', '--model', 'model/', '--resamples', '100', '-o', 'report'];
    const evaluate = await anamnesis(['evaluate', ...judge]);
    expect(evaluate.err).not.toContain('anamnesis:');
    expect(evaluate.code).toBe(0);
    expect(evaluate.out).toContain('the model never saw it');
    expect(evaluate.out).toMatch(/lab ≥ 6.5 ⇒ diabetes = 1 +0 of 800/);
    expect(evaluate.out).toContain('Report: report/report.html');
  });

  it('reads standard input and writes CSV, and only CSV, to standard output; seeds repeat', async () => {
    const fit = await anamnesis(['fit', '-', '--set', 'labels=tree', '-o', 'piped', '--quiet'], csv);
    expect(fit.code).toBe(0);
    const first = await anamnesis(['sample', 'piped', '-n', '50', '--quiet']);
    const again = await anamnesis(['sample', 'piped', '-n', '50', '--quiet', '--workers', '1']);
    expect(first.out.trimEnd().split('\n')).toHaveLength(51);
    expect(first.out).toBe(again.out);
    expect(first.err).toContain('Drew 50 rows');
  });

  it('ends with the exit codes of the kinds of errors, and with advice', async () => {
    for (const [args, code, text] of [
      [['fit', 'nowhere.csv', '-o', 'm'], 2, 'There is no file nowhere.csv'],
      [['fit', 'data.csv', '--epsilon', '1', '--synthesizer', 'cart', '-o', 'm'], 4, 'learns without noise'],
      [['fit', 'data.csv'], 2, '--out'],
      [['sample', 'data.csv', '-n', '5'], 3, 'There is no model'],
    ] as const) {
      const ended = await anamnesis(args);
      expect(ended).toMatchObject({ code });
      expect(ended.err).toContain(text);
    }
  });

  it('describes a file and writes a schema to start from that fits it', async () => {
    const told = await anamnesis(['describe', 'data.csv', '--label', 'back', '--schema-out', 'schema.yaml']);
    expect(told.code).toBe(0);
    expect(told.out).toContain('relation: ward follows from ward_code');
    const again = await anamnesis(['describe', 'data.csv', '--schema', 'schema.yaml', '--json']);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({ rows: 900 });
  });
});
