import path from 'node:path';
import { exportById } from '../../../exports/index.js';
import type { CompiledExport } from '../../../exports/index.js';
import { buildFolderAtomic, explainWriteError, writeFileAtomic } from '../../../runtime/index.js';
import type { RunContext, WorkerCall } from '../../../runtime/index.js';
import { buildDirectory } from '../life/index.js';
import { Rng } from '../../../core/index.js';
import type { RuleId } from '../gate/rules.js';
import type { SimulateOptions } from './options.js';
import { planRun } from './plan.js';
import type { Plan, PlanSources } from './plan.js';
import { Sink } from './sink.js';
import { truthHeader } from './truth.js';
import type { PatientBlock, PatientTask } from './worker.js';

/** Name of the file that says what a folder holds; it marks the folder as ours. */
const simulationFile = 'simulation.json';
const truthFile = 'truth.csv';

/** Patients in one call of a worker: few, so that memory is bounded by the patients in flight. */
const blockSize = 10;
/** Blocks for each worker that may be ahead of what is written. */
const blocksEach = 4;

/** How a simulation went. */
export interface SimulationResult {
  readonly patients: number;
  /** People that were drawn for them. */
  readonly tried: number;
  /** Of those, the ones left at once because of their age, sex, race or ethnicity. */
  readonly unfit: number;
  /** Of those, the ones that die too early where only the living are wanted. */
  readonly dead: number;
  /** Records that the gate refused and that were made again, by rule. */
  readonly refused: Readonly<Partial<Record<RuleId, number>>>;
  readonly entries: number;
  readonly bytes: number;
  readonly formats: readonly string[];
}

/**
 * Lives a population and writes it in the wanted formats, each in a folder of its own below `out`. Nothing takes the name `out` until all of
 * it is written. The same seed gives the same bytes for any number of workers.
 * @throws UserError, DataError (see {@link planRun}), UserError `WRITE_*` for a disk that is full.
 */
export async function simulate(
  options: SimulateOptions,
  out: string,
  sources: PlanSources,
  context: RunContext,
): Promise<SimulationResult> {
  const plan = await planRun(options, sources);
  const exports = plan.spec.formats.map(({ id, options: own }) => exportById(id).compile(own));
  return buildFolderAtomic(out, simulationFile, async (folder) => {
    const sink = new Sink(folder);
    try {
      const result = await livePopulation(plan, exports, sink, context);
      sink.close();
      for (const [i, one] of exports.entries())
        await one.finish?.(path.join(folder, plan.spec.formats[i]!.id), plan.spec.facts, context);
      await writeManifest(folder, plan, options, result);
      return result;
    } catch (error) {
      sink.close();
      throw explainWriteError(error, out);
    }
  });
}

async function livePopulation(
  plan: Plan,
  exports: readonly CompiledExport[],
  sink: Sink,
  context: RunContext,
): Promise<SimulationResult> {
  const { spec, from, count } = plan;
  const { directory } = buildDirectory(spec.population, Rng.fromKey(spec.seedKey));
  for (const [i, one] of exports.entries())
    sink.write(spec.formats[i]!.id, one.preamble(directory, spec.facts));
  if (spec.truth) sink.write('truth', [{ file: truthFile, bytes: new TextEncoder().encode(truthHeader) }]);
  const progress = context.progress.task('Living patients', count);
  const total = { tried: 0, unfit: 0, dead: 0, refused: {} as Partial<Record<RuleId, number>>, entries: 0 };
  const blocks = context.pool.stream<PatientBlock>(callsFor(spec, from, count), {
    signal: context.signal,
    ahead: context.pool.size * blocksEach,
  });
  for await (const { chunks, truth, tally, patients, resources } of blocks) {
    for (const [i, list] of chunks.entries()) sink.write(spec.formats[i]!.id, list);
    if (spec.truth) sink.write('truth', [{ file: truthFile, bytes: truth }]);
    total.tried += tally.tried;
    total.unfit += tally.unfit;
    total.dead += tally.dead;
    total.entries += resources;
    for (const [rule, n] of Object.entries(tally.refused) as [RuleId, number][])
      total.refused[rule] = (total.refused[rule] ?? 0) + n;
    progress.advance(patients);
  }
  progress.done(`${count} patients`);
  return { patients: count, ...total, bytes: sink.bytes, formats: spec.formats.map((f) => f.id) };
}

/** Calls for blocks of consecutive patients, each made when it is wanted: a run of millions holds no list of them. */
function* callsFor(spec: Plan['spec'], from: number, count: number): Generator<WorkerCall> {
  const module = new URL('./worker.js', import.meta.url).href;
  for (let at = 0; at < count; at += blockSize) {
    const input: PatientTask = { spec, from: from + at, count: Math.min(blockSize, count - at) };
    yield { module, task: 'livePatients', input };
  }
}

async function writeManifest(
  folder: string,
  plan: Plan,
  options: SimulateOptions,
  result: SimulationResult,
): Promise<void> {
  const { spec, library } = plan;
  const manifest = {
    schema: 'anamnesis.simulation/1',
    generation: spec.facts.generation,
    generator: spec.facts.generator,
    seed: spec.facts.seed,
    endTime: new Date(spec.facts.endTime).toISOString(),
    population: options.population,
    alive: spec.alive,
    only: spec.only,
    like: options.like !== undefined,
    years: options.years,
    patient: options.patient ?? null,
    imperfection: spec.imperfection,
    modules: { count: library.modules.size, sha256: library.hash },
    result,
  };
  await writeFileAtomic(path.join(folder, simulationFile), `${JSON.stringify(manifest, null, 2)}\n`);
}
