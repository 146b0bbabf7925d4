import path from 'node:path';
import { exportById } from '../../../exports/index.js';
import type { CompiledExport } from '../../../exports/index.js';
import { buildFolderAtomic, release, writeFileAtomic } from '../../../runtime/index.js';
import type { RunContext, WorkerCall } from '../../../runtime/index.js';
import { buildDirectory } from '../life/index.js';
import { fingerprint, Rng, sha256 } from '../../../core/index.js';
import { journalFile, noteCheckpoint, removeJournal, restoreCheckpoint } from './journal.js';
import type { RunProgress } from './journal.js';
import type { SimulateOptions } from './options.js';
import { planRun } from './plan.js';
import type { Plan, PlanSources } from './plan.js';
import { Sink } from './sink.js';
import { truthFile, truthHeader } from './truth.js';
import type { PatientBlock, PatientTask } from './worker.js';

/** Name of the file that says what a folder holds; it marks the folder as ours. */
const simulationFile = 'simulation.json';

/** Patients in one call of a worker: few, so that memory is bounded by the patients in flight. */
const blockSize = 10;
/** Blocks for each worker that may be ahead of what is written. */
const blocksEach = 4;
/** An interrupted run goes on from the last full so many patients. */
const patientsPerCheckpoint = 500;

/** How a simulation went. */
export interface SimulationResult {
  readonly patients: number;
  /** People that were drawn for them. */
  readonly tried: number;
  /** Of those, the ones left at once because of their age, sex, race or ethnicity. */
  readonly unfit: number;
  /** Of those, the ones that die too early where only the living are wanted. */
  readonly dead: number;
  /** Of those, the ones that are not admitted where admissions are wanted. */
  readonly spared: number;
  /** Records that the gate refused and that were made again, by rule. */
  readonly refused: Readonly<Record<string, number>>;
  readonly entries: number;
  readonly bytes: number;
  readonly formats: readonly string[];
}

/**
 * Lives a population and writes it in the wanted formats, each in a folder of its own below `out`. Nothing takes the name `out` until all of
 * it is written. The same seed gives the same bytes for any number of workers. An interrupted run leaves `<out>.part-<key>`, from which the
 * same call goes on.
 * @throws UserError, DataError (see {@link planRun}), UserError `WRITE_*` for a disk that is full.
 */
export async function simulate(
  options: SimulateOptions,
  out: string,
  sources: PlanSources,
  context: RunContext,
): Promise<SimulationResult> {
  const plan = await planRun(options, sources);
  const { spec, from, count } = plan;
  const exports = spec.formats.map(({ id, options: own }) => exportById(id).compile(own));
  const key = fingerprint([spec.key, sources.code ?? null, from, count]).slice(0, 16);
  const build = async (folder: string): Promise<SimulationResult> => {
    const result = await livePopulation(plan, exports, folder, context);
    removeJournal(folder);
    for (const [i, one] of exports.entries())
      await one.finish?.(path.join(folder, spec.formats[i]!.id), spec.facts, context);
    await writeManifest(folder, plan, options, result);
    return result;
  };
  return buildFolderAtomic(out, simulationFile, build, { key, journal: journalFile });
}

/** Lives the patients that are not yet written, and writes them. */
async function livePopulation(
  plan: Plan,
  exports: readonly CompiledExport[],
  folder: string,
  context: RunContext,
): Promise<SimulationResult> {
  const { spec, from, count } = plan;
  const before = restoreCheckpoint(folder);
  const sink = new Sink(folder, before?.sizes);
  try {
    const bytes = before === null ? writePreambles(plan, exports, sink) : 0;
    const total = before?.progress ?? nothingYet(bytes);
    const rest = { from: from + total.patients, count: count - total.patients };
    const progress = context.progress.task('Living patients', count);
    progress.advance(total.patients);
    const blocks = context.pool.stream<PatientBlock>(callsFor(spec, rest.from, rest.count), {
      signal: context.signal,
      ahead: context.pool.size * blocksEach,
    });
    let unnoted = 0;
    for await (const block of blocks) {
      addBlock(total, block, writeBlock(block, plan, sink));
      progress.advance(block.patients);
      unnoted += block.patients;
      if (unnoted < patientsPerCheckpoint) continue;
      noteCheckpoint(folder, sink.takeGrown(), total);
      unnoted = 0;
    }
    progress.done(`${count} patients`);
    return { ...total, formats: spec.formats.map((f) => f.id) };
  } finally {
    sink.close();
  }
}

function nothingYet(bytes: number): RunProgress {
  return { patients: 0, bytes, entries: 0, tried: 0, unfit: 0, dead: 0, spared: 0, refused: {} };
}

function writePreambles({ spec }: Plan, exports: readonly CompiledExport[], sink: Sink): number {
  const { directory } = buildDirectory(spec.population, Rng.fromKey(spec.seedKey));
  let bytes = 0;
  for (const [i, one] of exports.entries())
    bytes += sink.write(spec.formats[i]!.id, one.preamble(directory, spec.facts));
  if (spec.truth)
    bytes += sink.write('truth', [{ file: truthFile, bytes: new TextEncoder().encode(truthHeader) }]);
  return bytes;
}

/** Writes a block and frees its memory. @returns the bytes written. */
function writeBlock({ pieces, bytes }: PatientBlock, { spec }: Plan, sink: Sink): number {
  let at = 0;
  for (const { format, file, length } of pieces) {
    const folder = format < 0 ? 'truth' : spec.formats[format]!.id;
    sink.write(folder, [{ file, bytes: bytes.subarray(at, at + length) }]);
    at += length;
  }
  release(bytes);
  return at;
}

function addBlock(total: RunProgress, { tally, patients, resources }: PatientBlock, bytes: number): void {
  total.patients += patients;
  total.bytes += bytes;
  total.entries += resources;
  total.tried += tally.tried;
  total.unfit += tally.unfit;
  total.dead += tally.dead;
  total.spared += tally.spared;
  for (const [rule, n] of Object.entries(tally.refused)) total.refused[rule] = (total.refused[rule] ?? 0) + n;
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
    admissions: spec.admission !== null,
    overrides: options.overrides === undefined ? null : sha256(options.overrides.text),
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
