import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { throwIfAborted } from '../../../core/index.js';
import type { RunContext } from '../../../runtime/index.js';
import { readModuleFiles } from '../module/load.js';
import type { PlanSources } from '../run/plan.js';
import { simulate } from '../run/simulate.js';
import { stayFiles } from '../stay/index.js';
import type { Difference } from './compare.js';
import { compareAdmissions, mainFigures } from './compare.js';
import { categoriesOf, stepMix } from './mix.js';
import { overridesSchemaId } from './overrides.js';
import type { Overrides } from './overrides.js';
import { summary } from './report.js';
import type { Comparison } from './report.js';
import { admissionStatistics } from './statistics.js';
import type { StaySelection } from './types.js';
import { numberTree, stepNumbers } from './update.js';
import type { Numbers } from './update.js';

/** What is matched, and how much work it may be. */
export interface CalibrateOptions {
  /** Cohort store of real stays. */
  readonly like: string;
  readonly selection: StaySelection;
  /** Admissions that each round simulates. */
  readonly admissions: number;
  /** Rounds of simulating, comparing and moving numbers; 0: compare only. */
  readonly rounds: number;
  readonly seed: string;
  /** End of observation of the simulations, `YYYY-MM-DD`. */
  readonly endDate: string;
  /** Folder of modules; absent: the library that comes with Anamnesis. */
  readonly modules?: string | undefined;
  /** Stands in the file as the day of the calibration. */
  readonly date?: string | undefined;
}

export interface Calibration {
  readonly overrides: Overrides;
  /** Before any number was moved, and with the numbers of `overrides`. */
  readonly before: Comparison;
  readonly after: Comparison;
}

interface Round {
  readonly numbers: Numbers;
  readonly mix: Readonly<Record<string, number>>;
  readonly comparison: Comparison;
}

/**
 * Moves numbers of the simulator until its stays look like those of a cohort store: simulate, compare, step, some rounds with the same seed; of
 * all rounds the one that lies nearest counts. Demographics are those of the store. The same options give the same numbers.
 * @throws what reading the store, the modules and simulating throw.
 */
export async function calibrate(
  options: CalibrateOptions,
  sources: PlanSources,
  context: RunContext,
): Promise<Calibration> {
  const real = await admissionStatistics(options.like, options.selection);
  const categories = categoriesOf(await readModuleFiles(options.modules ?? sources.builtIn));
  const task = context.progress.task('Calibrating', options.rounds + 1);
  const rounds: Round[] = [];
  let numbers: Numbers = new Map();
  let mix: Readonly<Record<string, number>> = {};
  for (let round = 0; round <= options.rounds; round++) {
    throwIfAborted(context.signal);
    const simulated = await simulatedStatistics({ numbers, mix }, options, sources, context);
    const differences = compareAdmissions(real, simulated);
    rounds.push({ numbers, mix, comparison: { real, simulated, differences } });
    task.note(`round ${round}: ${summary(differences)}`);
    task.advance();
    numbers = stepNumbers(differences, { files: stayFiles, unit: options.selection.unit }, numbers);
    mix = stepMix(differences, categories, mix);
  }
  task.done();
  const first = rounds[0]!;
  const best = rounds.reduce((a, b) =>
    distance(b.comparison.differences) < distance(a.comparison.differences) ? b : a,
  );
  return {
    overrides: overridesOf(best, options),
    before: first.comparison,
    after: best.comparison,
  };
}

/** Mean distance of the main figures on the logarithm, none counted as further than a factor of e. */
function distance(differences: readonly Difference[]): number {
  const main = mainFigures(differences);
  const far = main.map(({ relative }) => Math.min(1, Math.abs(Math.log(Math.max(1e-9, 1 + relative!)))));
  return far.reduce((a, b) => a + b, 0) / Math.max(1, far.length);
}

async function simulatedStatistics(
  { numbers, mix }: Pick<Round, 'numbers' | 'mix'>,
  { like, selection, admissions, seed, endDate, modules }: CalibrateOptions,
  sources: PlanSources,
  context: RunContext,
): Promise<Comparison['simulated']> {
  const folder = await mkdtemp(path.join(tmpdir(), 'anamnesis-calibrate-'));
  try {
    const out = path.join(folder, 'stays');
    const text = JSON.stringify({ schema: overridesSchemaId, stay: numberTree(numbers, 'stay'), mix });
    await simulate(
      {
        population: { size: admissions, endDate },
        seed,
        modules,
        years: 2,
        alive: true,
        admissions: true,
        overrides: { text, file: 'numbers of this round' },
        mostTries: 5000,
        like,
        likeSubjects: selection.subjects,
        formats: [{ id: 'cohort', options: {} }],
        truth: false,
        physiology: true,
        stepHours: 168,
      },
      out,
      sources,
      context,
    );
    return await admissionStatistics(path.join(out, 'cohort'), { ...selection, subjects: undefined });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function overridesOf({ numbers, mix, comparison }: Round, options: CalibrateOptions): Overrides {
  const { real, differences } = comparison;
  const { unit, leastHours } = options.selection;
  return {
    schema: overridesSchemaId,
    source: {
      store: real.store,
      unit,
      leastHours,
      stays: real.stays,
      part: real.selection.part ? 'train' : 'all',
      date: options.date ?? null,
      admissions: options.admissions,
      rounds: options.rounds,
      seed: options.seed,
      matched: mainFigures(differences).map(({ id }) => id),
      result: summary(differences),
    },
    stay: numberTree(numbers, 'stay'),
    modules: {},
    mix: { ...mix },
  };
}
