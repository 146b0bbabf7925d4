import { deserialize } from 'node:v8';
import { Rng, UserError } from '../../../core/index.js';
import { exportById } from '../../../exports/index.js';
import type { Chunk, RecordEncoder } from '../../../exports/index.js';
import { moved } from '../../../runtime/index.js';
import type { Moved } from '../../../runtime/index.js';
import { derivedAttributes, lifeWorld } from '../life-world.js';
import { compilePrograms } from '../engine/compile.js';
import { Simulator } from '../engine/simulator.js';
import type { ModuleLibrary } from '../module/types.js';
import { compileOnly } from '../only/compile.js';
import { windowRecord } from '../record/window.js';
import { imperfect } from '../imperfect/index.js';
import { noSuchPatient } from './find-patient.js';
import { emptyTally, patientAt } from './lives.js';
import type { Tally, Wanted } from './lives.js';
import type { RunSpec } from './spec.js';
import { truthFile, truthLines } from './truth.js';

/** A block of consecutive patients. */
export interface PatientTask {
  readonly spec: RunSpec;
  readonly from: number;
  readonly count: number;
}

/** A part of a block's bytes: what to append to a file. */
export interface Piece {
  /** Position of the format in the run; −1: what only the simulator knows. */
  readonly format: number;
  readonly file: string;
  readonly length: number;
}

/** What a block gives: all its bytes in one array, whose parts go to files, and how the lives went. */
export interface PatientBlock {
  readonly pieces: readonly Piece[];
  readonly bytes: Uint8Array;
  readonly tally: Tally;
  readonly patients: number;
  readonly resources: number;
}

interface Compiled {
  readonly key: string;
  readonly simulator: Simulator;
  readonly seed: Rng;
  readonly wanted: Wanted;
  /** One of each format. They are empty between tasks, but keep the texts that all patients share. */
  readonly encoders: readonly RecordEncoder[];
}

let last: Compiled | undefined;

/** What a worker keeps between the tasks of one run. */
export function compileRun(spec: RunSpec): Compiled {
  if (last?.key === spec.key) return last;
  const library = deserialize(spec.library) as ModuleLibrary;
  const seed = Rng.fromKey(spec.seedKey);
  const world = lifeWorld({ population: spec.population, modules: spec.modulesBeside, seed });
  const programs = compilePrograms(library, world, {
    physiology: spec.physiology,
    only: null,
    derived: derivedAttributes,
    ...(spec.stay === null ? {} : { stay: spec.stay }),
  });
  const only = spec.only === null ? null : compileOnly(spec.only, library);
  last = {
    key: spec.key,
    simulator: new Simulator(programs, world, { endTime: spec.population.endTime, stepMs: spec.stepMs }),
    seed,
    wanted: {
      alive: spec.alive,
      only,
      mostTries: spec.mostTries,
      admission:
        spec.admission === null ? undefined : { ...spec.admission, modules: new Map(spec.admission.modules) },
    },
    encoders: spec.formats.map(({ id, options }) =>
      exportById(id).compile(options).encoder(world.directory, spec.facts),
    ),
  };
  return last;
}

/** Lives a block of patients and encodes them. Runs inside worker threads. */
export function livePatients(task: PatientTask): Moved<PatientBlock> {
  try {
    const block = liveBlock(task);
    return moved(block, [block.bytes]);
  } catch (error) {
    last = undefined; // its encoders hold a part of a block
    throw error;
  }
}

function liveBlock({ spec, from, count }: PatientTask): PatientBlock {
  const { simulator, seed, wanted, encoders } = compileRun(spec);
  const tally = emptyTally(wanted.only?.atoms.length ?? 0);
  const truth: string[] = [];
  let resources = 0;
  for (let index = from; index < from + count; index++) {
    const record = patientAt(index, seed, simulator, { wanted, tally });
    if (record === null) throw nobodyFits(wanted, tally);
    if (spec.expectedId !== null && record.person.id !== spec.expectedId)
      throw noSuchPatient(spec.expectedId, spec.population.size);
    const soiled =
      spec.imperfection === null
        ? record
        : imperfect(record, spec.imperfection, seed.split('imperfect', index));
    const shown = spec.windowMs === null ? soiled : windowRecord(soiled, soiled.endTime - spec.windowMs);
    for (const encoder of encoders) encoder.add(shown);
    if (spec.truth) truth.push(...truthLines(record, shown));
    resources += countEntries(shown);
  }
  const chunks = encoders.map((encoder) => encoder.take());
  const latent = spec.truth ? [{ file: truthFile, bytes: new TextEncoder().encode(truth.join('')) }] : [];
  return { ...packed([...chunks, latent]), tally, patients: count, resources };
}

/** All bytes in one array: the last list is what only the simulator knows. */
function packed(lists: readonly (readonly Chunk[])[]): Pick<PatientBlock, 'pieces' | 'bytes'> {
  const chunks = lists.flatMap((list, i) =>
    list.map((chunk) => ({ ...chunk, format: i === lists.length - 1 ? -1 : i })),
  );
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0));
  let at = 0;
  const pieces = chunks.map(({ format, file, bytes: part }): Piece => {
    bytes.set(part, at);
    at += part.length;
    return { format, file, length: part.length };
  });
  return { pieces, bytes };
}

function countEntries(record: Parameters<RecordEncoder['add']>[0]): number {
  return Object.values(record).reduce<number>(
    (sum, list: unknown) => sum + (Array.isArray(list) ? list.length : 0),
    1,
  );
}

function nobodyFits({ only, mostTries, alive }: Wanted, tally: Tally): UserError {
  const parts = (only?.atoms ?? []).map(({ text }, i) => `${text}: ${tally.met[i] ?? 0}`);
  const lived = tally.tried - tally.unfit - tally.dead - tally.spared;
  return new UserError(
    'ONLY_NOT_MET',
    `None of ${mostTries} lives fits: ${only?.text ?? 'alive at the end'}`,
    {
      expected: 'a life that meets all of it',
      got: `of ${lived} lives ${alive ? 'that reach the end ' : ''}each part was met this often: ${parts.join('; ')}`,
      fix: 'leave out the part that is met too seldom, or allow more lives with --tries',
    },
  );
}
