import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rng, fixedClock } from '../../src/core/index.js';
import type { RunResult } from '../../src/pipeline/index.js';
import { loadBlueprint, runBlueprint } from '../../src/pipeline/index.js';
import { silentProgress, WorkerPool } from '../../src/runtime/index.js';
import { locateData, vocabularyRoot } from '../../src/sources/catalogue/index.js';
import { dataRoot } from '../support/data.js';

let out: string;
const pool = new WorkerPool(2);
beforeAll(async () => {
  out = await mkdtemp(path.join(os.tmpdir(), 'anamnesis-real-'));
});
afterAll(async () => {
  await pool.close();
  await rm(out, { recursive: true, force: true });
});

async function run(name: string): Promise<RunResult> {
  const { blueprint } = await loadBlueprint(name);
  const places = { data: dataRoot, env: {}, projectRoot: '/nowhere', cacheDir: '/nowhere' };
  return runBlueprint(
    {
      blueprint,
      name,
      seed: blueprint.seed,
      folder: path.join(out, name),
      cacheFile: path.join(out, 'hashes.json'),
      data: { dir: locateData(blueprint.source.data ?? '', places)?.dir, dataRoot: vocabularyRoot(places) },
    },
    { rng: Rng.create(blueprint.seed), clock: fixedClock(0), pool, progress: silentProgress },
  );
}

/** AUC of boosted trees trained and tested on real rows. */
function trtr({ report }: RunResult, task: string): number {
  const found = report.reference.find((t) => t.id === task);
  if (found?.status !== 'computed') throw new Error(`${task} was not computed`);
  return found.models.find((m) => m.model === 'boosting')!.trtr.auc;
}

function meanRatio({ report }: RunResult, synthesizer: string): number {
  return report.comparison.find((row) => row.id === synthesizer)!.meanRatio!.value;
}

const why = dataRoot === undefined ? ' (skipped: no open data found; set ANAMNESIS_DATA)' : '';

describe.skipIf(dataRoot === undefined)(`ready blueprints on open real data${why}`, () => {
  it('Challenge 2012: real models reach the known mark, cart keeps the bar and beats the copula', async () => {
    const result = await run('challenge-2012');
    expect(trtr(result, 'in-hospital-mortality')).toBeGreaterThan(0.83);
    expect(meanRatio(result, 'cart')).toBeGreaterThan(0.94);
    expect(meanRatio(result, 'cart')).toBeGreaterThan(meanRatio(result, 'copula'));
    expect(result.report.findings.filter((f) => f.severity === 'error')).toEqual([]);
  });

  it('eICU demo: mortality above chance, readmission said to be not computable, report drawn', async () => {
    const result = await run('eicu-demo');
    expect(trtr(result, 'in-hospital-mortality')).toBeGreaterThan(0.7);
    expect(result.report.reference.find((t) => t.id === 'readmission-30d')).toMatchObject({
      status: 'not-computable',
    });
    const html = await readFile(result.reportHtml, 'utf8');
    expect(html).toContain('Real patient records');
  });

  it('MIMIC-IV demo: a hundred patients give no verdict to rely on, and the report says so', async () => {
    const { report } = await run('mimic-iv-demo');
    expect(report.reference).toHaveLength(4);
    expect(report.verdict.usability).toBe('unknown');
  });
});
