import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { once } from 'node:events';
import type { WriteStream } from 'node:fs';
import { exportById } from '../../../exports/index.js';
import type { Chunk, CompiledExport } from '../../../exports/index.js';
import { buildFolderAtomic, explainWriteError, writeFileAtomic } from '../../../runtime/index.js';
import type { RunContext } from '../../../runtime/index.js';
import { buildDirectory } from '../life/index.js';
import { Rng } from '../../../core/index.js';
import type { RuleId } from '../gate/rules.js';
import type { SimulateOptions } from './options.js';
import { planRun } from './plan.js';
import type { Plan, PlanSources } from './plan.js';
import { truthHeader } from './truth.js';
import type { PatientBlock, PatientTask } from './worker.js';

/** Name of the file that says what a folder holds; it marks the folder as ours. */
const simulationFile = 'simulation.json';
const truthFile = 'truth.csv';

/** Patients in one call of a worker: few, so that memory is bounded by the patients in flight. */
const blockSize = 10;
/** Calls for each worker in one round. */
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
      await sink.close();
      for (const [i, one] of exports.entries())
        await one.finish?.(path.join(folder, plan.spec.formats[i]!.id), plan.spec.facts, context);
      await writeManifest(folder, plan, options, result);
      return result;
    } catch (error) {
      await sink.abandon();
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
    await sink.write(spec.formats[i]!.id, one.preamble(directory, spec.facts));
  if (spec.truth)
    await sink.write('truth', [{ file: truthFile, bytes: new TextEncoder().encode(truthHeader) }]);
  const progress = context.progress.task('Living patients', count);
  const total = { tried: 0, unfit: 0, dead: 0, refused: {} as Partial<Record<RuleId, number>>, entries: 0 };
  const round = context.pool.size * blocksEach * blockSize;
  let writing: Promise<void> = Promise.resolve();
  for (let at = from; at < from + count; at += round) {
    const blocks = await context.pool.map<PatientBlock>(
      callsFor(plan, at, Math.min(round, from + count - at)),
      {
        signal: context.signal,
        onDone: () => {
          progress.advance(Math.min(blockSize, count));
        },
      },
    );
    await writing;
    writing = writeBlocks(blocks, plan, sink);
    for (const { tally, resources } of blocks) {
      total.tried += tally.tried;
      total.unfit += tally.unfit;
      total.dead += tally.dead;
      total.entries += resources;
      for (const [rule, n] of Object.entries(tally.refused) as [RuleId, number][])
        total.refused[rule] = (total.refused[rule] ?? 0) + n;
    }
  }
  await writing;
  progress.done(`${count} patients`);
  return { patients: count, ...total, bytes: sink.bytes, formats: spec.formats.map((f) => f.id) };
}

function callsFor({ spec }: Plan, from: number, count: number) {
  const module = new URL('./worker.js', import.meta.url).href;
  return Array.from({ length: Math.ceil(count / blockSize) }, (_, i) => {
    const input: PatientTask = {
      spec,
      from: from + i * blockSize,
      count: Math.min(blockSize, count - i * blockSize),
    };
    return { module, task: 'livePatients', input };
  });
}

async function writeBlocks(blocks: readonly PatientBlock[], { spec }: Plan, sink: Sink): Promise<void> {
  for (const block of blocks) {
    for (const [i, chunks] of block.chunks.entries()) await sink.write(spec.formats[i]!.id, chunks);
    if (spec.truth) await sink.write('truth', [{ file: truthFile, bytes: block.truth }]);
  }
}

/** Appends bytes to files in the order that they come in; keeps the files open while there are few. */
class Sink {
  bytes = 0;
  readonly #open = new Map<string, WriteStream>();
  readonly #known = new Set<string>();
  #failure: Error | undefined;

  constructor(readonly folder: string) {}

  async write(format: string, chunks: readonly Chunk[]): Promise<void> {
    for (const { file, bytes } of chunks) {
      if (bytes.length === 0) continue;
      const stream = await this.#stream(path.join(this.folder, format, file));
      this.bytes += bytes.length;
      if (!stream.write(bytes)) await Promise.race([once(stream, 'drain'), once(stream, 'close')]);
      if (this.#failure !== undefined) throw this.#failure;
    }
  }

  async close(): Promise<void> {
    for (const stream of this.#open.values()) {
      stream.end();
      await once(stream, 'close');
    }
    this.#open.clear();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async abandon(): Promise<void> {
    for (const stream of this.#open.values()) {
      const closed = stream.closed ? undefined : once(stream, 'close');
      stream.destroy();
      await closed;
    }
    this.#open.clear();
  }

  async #stream(file: string): Promise<WriteStream> {
    const known = this.#open.get(file);
    if (known !== undefined) return known;
    if (this.#open.size >= 200) {
      const [first, oldest] = [...this.#open][0]!;
      oldest.end();
      await once(oldest, 'close');
      this.#open.delete(first);
    }
    await mkdir(path.dirname(file), { recursive: true });
    const stream = createWriteStream(file, {
      flags: this.#known.has(file) ? 'a' : 'w',
      highWaterMark: 1 << 20,
    });
    stream.on('error', (error) => {
      this.#failure ??= error;
    });
    this.#known.add(file);
    this.#open.set(file, stream);
    return stream;
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
