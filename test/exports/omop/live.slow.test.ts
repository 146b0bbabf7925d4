import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { checkOmop, exportById } from '../../../src/exports/index.js';
import { testContext } from '../../support/context.js';
import { liveRecords } from '../../support/live-records.js';
import { hasSyntheaModules } from '../../support/synthea-modules.js';
import { writeExport } from '../../support/write-export.js';

it.skipIf(!hasSyntheaModules)(
  "100 whole lives by Synthea's library pass every check of OMOP tables (else skipped: no ../shared/data/synthea/resources.tar.gz)",
  async () => {
    const work = await mkdtemp(path.join(tmpdir(), 'omop-synthea-'));
    const live = await liveRecords({ library: 'synthea', count: 100, seed: 'omop' });
    const compiled = exportById('omop').compile({ files: 'parquet' });
    await writeExport(work, { ...live, compiled, perTask: 10 }, testContext());
    const checks = await checkOmop(work, testContext());
    await rm(work, { recursive: true });
    expect(checks.filter((one) => !one.passed)).toEqual([]);
  },
);
