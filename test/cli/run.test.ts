import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bin/anamnesis.js', import.meta.url));

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'anamnesis-cli-'));
  await writeFile(path.join(root, 'small.yaml'), smallHospital);
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

/** A reference hospital small enough for a test: every stage runs, figures mean nothing. */
const smallHospital = `
name: small
title: A small reference hospital
purpose: Whole runs in tests.
source: { format: reference-hospital, options: { patients: 500 } }
cohort: { unit: admission }
index: { hours: 24 }
windows: { day1: { from: 0, to: 24 } }
anchors: { age: age, sex: sex }
features:
  events:
    - window: day1
      aggregates: [last, count]
      codes: { creatinine: LOINC//2160-0, heart_rate: LOINC//8867-4, sodium: LOINC//2951-2 }
tasks:
  - task: in-hospital-mortality
  - { task: long-stay, of: hospital }
synthesizers: [{ id: cart, options: { labels: tree } }]
validate: { bootstrap: 100 }
`;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line; `stopAt` sends a signal when a line of progress appears. */
function anamnesis(
  args: readonly string[],
  stopAt?: { text: string; signal: NodeJS.Signals },
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], { cwd: root });
    let out = '';
    let err = '';
    let stopped = false;
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
      if (stopAt !== undefined && !stopped && err.includes(stopAt.text)) stopped = child.kill(stopAt.signal);
    });
    child.on('close', (code, signal) => {
      resolve({ code, signal, out, err });
    });
  });
}

async function bytesBelow(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(folder, file)] = (await readFile(file)).toString('base64');
  }
  return files;
}

describe('anamnesis run', () => {
  it('continues after SIGINT and after SIGKILL, and ends with the bytes of an uninterrupted run by one worker', async () => {
    const whole = await anamnesis(['run', 'small.yaml', '--out', 'whole', '--workers', '1']);
    expect(whole.err).not.toContain('anamnesis:');
    expect(whole.code).toBe(0);
    expect(whole.out).toContain('Report:');

    const args = ['run', 'small.yaml', '--out', 'broken', '--workers', '2'];
    const interrupted = await anamnesis(args, { text: '· Build the feature table', signal: 'SIGINT' });
    expect(interrupted).toMatchObject({ code: 130 });
    expect(interrupted.err).toContain('run the same command again');
    expect((await readdir(path.join(root, 'broken', 'small'))).filter((n) => n.includes('tmp'))).toEqual([]);

    const killed = await anamnesis(args, { text: '· Measure the rows', signal: 'SIGKILL' });
    expect(killed.signal).toBe('SIGKILL');
    expect(killed.err).toContain(
      'Import Reference hospital (simulated, not real patients) (unchanged, reused)',
    );

    const resumed = await anamnesis(args);
    expect(resumed.code).toBe(0);
    expect(resumed.err).toMatch(/Fit cart on the real train part \(unchanged, reused\)/);
    expect(await bytesBelow(path.join(root, 'broken', 'small'))).toEqual(
      await bytesBelow(path.join(root, 'whole', 'small')),
    );
  });

  it('measures rows made elsewhere: the drawn rows come back with the same scores', async () => {
    const first = await anamnesis(['run', 'small.yaml', '--out', 'files', '--json']);
    const drawn = (JSON.parse(first.out) as { synthetic: { cart: string } }).synthetic.cart;
    const again = await anamnesis([
      'validate',
      'small.yaml',
      drawn,
      '--out',
      'files',
      '--maker',
      'vendor',
      '--json',
    ]);
    expect(again.err).not.toContain('"error"');
    const { report } = JSON.parse(again.out) as { report: { json: string } };
    const document = JSON.parse(await readFile(path.join(root, report.json), 'utf8')) as {
      comparison: { id: string; meanRatio: { value: number } }[];
    };
    const before = JSON.parse(first.out) as { comparison: { meanRatio: { value: number } }[] };
    expect(document.comparison[0]).toMatchObject({ id: 'vendor' });
    // other seeds for sampled trees, otherwise the same figures
    expect(document.comparison[0]!.meanRatio.value).toBeCloseTo(before.comparison[0]!.meanRatio.value, 0);
  });

  it('refuses a table in which a feature gives the label away', async () => {
    const rows = Array.from({ length: 400 }, (_, i) => {
      const died = (i * 7919) % 10 < 3 ? 1 : 0;
      return `${i},${(i * 31) % 97},${died},${died === 1 ? 'expired' : 'home'}`;
    });
    await writeFile(path.join(root, 'leak.csv'), ['id,age,died,discharged_to', ...rows].join('\n'));
    await writeFile(
      path.join(root, 'leak.yaml'),
      `
name: leak
title: A planted leak
purpose: The label stands among the features under another name.
source: { format: table, data: leak.csv }
table: { subject: id }
tasks: [{ id: death, title: Death, label: { name: death, from: died, equals: '1' } }]
synthesizers: [{ id: cart }]
`,
    );
    const ended = await anamnesis(['run', 'leak.yaml', '--out', 'leaky']);
    expect(ended.code).toBe(3);
    expect(ended.err).toContain("'discharged_to' gives away 'death'");
    expect((await readdir(path.join(root, 'leaky', 'leak'))).filter((n) => /^(fit|report)/.test(n))).toEqual(
      [],
    );
  });
});

describe('bad input', () => {
  it('a blueprint with three mistakes: all three are told, nothing is written', async () => {
    const broken = smallHospital
      .replace('unit: admission', 'unit: admision')
      .replace('hours: 24', 'hours: soon')
      .replace('bootstrap: 100', 'bootstraps: 100');
    await writeFile(path.join(root, 'three.yaml'), broken);
    const ended = await anamnesis(['run', 'three.yaml', '--out', 'none']);
    expect(ended.code).toBe(2);
    for (const key of ['cohort.unit', 'index.hours', 'validate.bootstraps']) expect(ended.err).toContain(key);
    expect(ended.err).toContain("did you mean 'admission'?");
    expect(await readdir(root)).not.toContain('none');
  });

  it('an output folder that cannot be written', async () => {
    await writeFile(path.join(root, 'file'), '');
    const ended = await anamnesis(['run', 'small.yaml', '--out', 'file/runs']);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('choose another output folder');
  });

  it('records that are not there, an unknown blueprint, command and option', async () => {
    for (const [args, text] of [
      [['run', 'eicu-demo', '--data', 'nowhere'], 'nowhere'],
      [['run', 'eicu-dmeo'], "did you mean 'eicu-demo'"],
      [['ruin'], 'run'],
      [['run', 'small.yaml', '--workers', 'many'], '--workers'],
    ] as const) {
      const ended = await anamnesis(args);
      expect(ended.code).toBe(2);
      expect(ended.err).toContain(text);
    }
  });

  it('an import into a folder that holds other files', async () => {
    await mkdir(path.join(root, 'precious'));
    await writeFile(path.join(root, 'precious', 'thesis.txt'), 'mine');
    const ended = await anamnesis(['import', '--source', 'reference-hospital', '-o', 'precious']);
    expect(ended.code).toBe(2);
    expect(await readFile(path.join(root, 'precious', 'thesis.txt'), 'utf8')).toBe('mine');
  });

  it('with --json errors are JSON, too', async () => {
    const ended = await anamnesis(['run', 'nothing', '--json']);
    expect(JSON.parse(ended.err)).toMatchObject({ error: { code: 'NO_BLUEPRINT', exitCode: 2 } });
  });
});
