import { fileURLToPath } from 'node:url';
import type { Directory, PatientRecord } from '../../src/cohort/index.js';
import { Rng } from '../../src/core/index.js';
import type { RunFacts } from '../../src/exports/index.js';
import {
  compileLibrary,
  compilePrograms,
  lifeWorld,
  readModuleFiles,
  Simulator,
  weekMs,
} from '../../src/stages/simulate/index.js';
import { compilePopulation } from '../../src/stages/simulate/life/index.js';
import { derivedAttributes } from '../../src/stages/simulate/life-world.js';
import { windowRecord } from '../../src/stages/simulate/record/window.js';
import { emptyTally, patientAt } from '../../src/stages/simulate/run/lives.js';
import { syntheaModuleFiles } from './synthea-modules.js';

const builtIn = fileURLToPath(new URL('../../modules/', import.meta.url));
const yearMs = 365.25 * 86_400_000;

export interface LiveOptions {
  /** Whose modules: ours, or Synthea's published ones (which must be at hand). */
  readonly library: 'built-in' | 'synthea';
  readonly count: number;
  readonly seed: string;
  /** Years before the end that are kept; absent: whole lives. */
  readonly years?: number;
  /** Only people who live at the end; absent: everybody. */
  readonly alive?: boolean;
}

/** What a run of the simulator has in memory before it is written. */
export interface LiveRecords {
  readonly directory: Directory;
  readonly records: readonly PatientRecord[];
  readonly facts: RunFacts;
}

/** Patients of the real engine, of all ages, as `anamnesis simulate` makes them: gate included. */
export async function liveRecords(options: LiveOptions): Promise<LiveRecords> {
  const { library, count, years, alive = false } = options;
  const population = compilePopulation({ size: count, state: 'US', endDate: '2025-01-01', alive });
  const seed = Rng.create(options.seed);
  const world = lifeWorld({ population, modules: library === 'synthea' ? 'synthea' : 'library', seed });
  const files = library === 'synthea' ? syntheaModuleFiles() : await readModuleFiles(builtIn);
  const programs = compilePrograms(compileLibrary(files), world, {
    physiology: true,
    only: null,
    derived: derivedAttributes,
  });
  const { endTime } = population;
  const simulator = new Simulator(programs, world, { endTime, stepMs: weekMs });
  const wanted = { alive, only: null, mostTries: 1000 };
  const records = Array.from({ length: count }, (_, index) => {
    const record = patientAt(index, seed, simulator, { wanted, tally: emptyTally(0) });
    if (record === null) throw new Error('nobody fits');
    return years === undefined ? record : windowRecord(record, record.endTime - years * yearMs);
  });
  const generator = { name: 'anamnesis', version: '0.0.0' };
  return {
    directory: world.directory,
    records,
    facts: { generation: 'process-driven', seed: options.seed, endTime, recordedTime: endTime, generator },
  };
}
