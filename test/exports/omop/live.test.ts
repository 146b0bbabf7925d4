import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { main } from '../../../src/cli/index.js';
import { exportById } from '../../../src/exports/index.js';
import { testContext } from '../../support/context.js';
import { liveRecords } from '../../support/live-records.js';
import { writeExport } from '../../support/write-export.js';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'omop-live-'));
  const live = await liveRecords({ library: 'built-in', count: 12, seed: 'omop' });
  const compiled = exportById('omop').compile({ files: 'csv', gzip: true });
  await writeExport(work, { ...live, compiled, perTask: 5 }, testContext());
}, 300_000);
afterEach(() => {
  process.exitCode = undefined;
});
afterAll(async () => {
  await rm(work, { recursive: true });
});

const answer = z.object({
  passed: z.boolean(),
  checks: z.array(z.object({ check: z.string(), table: z.string(), rows: z.number(), passed: z.boolean() })),
});

/** `anamnesis check omop` with --json: its exit code and what it prints. */
async function check(folder: string): Promise<{ code: number; text: string }> {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const code = await main(['check', 'omop', folder, '--json', '--quiet', '--workers', '1']);
  write.mockRestore();
  return { code, text };
}

it('whole lives of the simulator pass every check of the command line; it says with exit code 3 that a table is missing', async () => {
  await rm(path.join(work, 'note.csv.gz'));
  const { code, text } = await check(work);
  const { passed, checks } = answer.parse(JSON.parse(text));
  expect(checks.filter((one) => !one.passed)).toMatchObject([{ check: 'cdmTable', table: 'note' }]);
  expect([code, passed]).toEqual([3, false]);
  const measurements = checks.find((one) => one.check === 'isPrimaryKey' && one.table === 'measurement');
  expect(measurements?.rows).toBeGreaterThan(2_000);
}, 600_000);
