import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { buildFeatures, CohortStore, compileBlueprint, parseBlueprint } from '../../cohort/index.js';
import { systemClock, UserError } from '../../core/index.js';
import { codeVersion, writeFileAtomic } from '../../runtime/index.js';
import type { RunContext } from '../../runtime/index.js';
import {
  admissionStatistics,
  calibrate,
  compareAdmissions,
  comparisonHtml,
  comparisonMarkdown,
  summary,
} from '../../stages/simulate/index.js';
import type { Comparison, StaySelection } from '../../stages/simulate/index.js';
import { compileOptions, openSession } from '../context.js';
import type { Session } from '../context.js';
import { builtInModules, generator, simulationCode } from '../simulate/sources.js';

const number = z.coerce.number();
const calibrateSchema = z.object({
  like: z.string().min(1),
  simulated: z.string().min(1).optional(),
  unit: z.enum(['hospital', 'icu']).default('hospital'),
  leastHours: number.min(0).max(720).default(0),
  leastAge: number.min(0).max(120).default(18),
  train: z.string().min(1).optional(),
  admissions: number.int().min(50).max(100_000).default(1500),
  rounds: number.int().min(0).max(50).default(6),
  seed: z.string().min(1).default('1'),
  end: z.iso.date('a date like 2025-01-01').optional(),
  date: z.iso.date('a date like 2025-01-01').optional(),
  modules: z.string().min(1).optional(),
  out: z.string().min(1).optional(),
  report: z
    .string()
    .regex(/\.(md|html)$/u, 'a file ending in .md or .html')
    .optional(),
});
type Options = z.infer<typeof calibrateSchema>;

/** `anamnesis modules calibrate --like <store> …` */
export function addCalibrate(modules: Command): void {
  modules
    .command('calibrate')
    .summary('compare simulated stays in hospital with real ones, and move numbers until they fit')
    .description(
      `Describes the stays of a cohort store and of simulated ones: age, length of stay, deaths, intensive care, diagnoses, and how
often and how high everything was measured in the first 24 hours. With --simulated it compares that store; without, it
simulates admissions, compares, and moves the numbers that the figures depend on, some rounds, into an overrides
file for \`anamnesis simulate --overrides\`. See docs/calibration.md.`,
    )
    .requiredOption('--like <store>', 'cohort store of real stays')
    .option('--simulated <store>', 'cohort store of simulated stays: compare only')
    .option('--unit <unit>', 'hospital: admissions; icu: stays in intensive care, counted from their start')
    .option('--least-hours <n>', 'leave out stays known to be shorter (default: 0)')
    .option('--least-age <years>', 'youngest patients (default: 18)')
    .option('--train <blueprint>', "look only at the patients of that blueprint's train part")
    .option('--admissions <n>', 'admissions a round (default: 1500)')
    .option('--rounds <n>', 'rounds of simulating and moving numbers (default: 6)')
    .option('--seed <text>', 'seed of the simulations (default: 1)')
    .option('--end <date>', 'end of observation of the simulations (default: 1 January of this year)')
    .option('--date <date>', 'day of the calibration, for the file')
    .option('--modules <folder>', 'folder of modules (default: the built-in library)')
    .option('-o, --out <file>', 'overrides file to write (.json)')
    .option('--report <file>', 'also write the comparison as .md or .html')
    .action(async (_options: unknown, command: Command) => {
      const options = compileOptions(calibrateSchema, command);
      const session = openSession(command);
      try {
        await calibrateCommand(options, session);
      } finally {
        await session.close();
      }
    });
}

async function calibrateCommand(options: Options, session: Session): Promise<void> {
  const { output } = session;
  const context = session.context(1);
  const { unit, leastHours, leastAge, like } = options;
  const subjects =
    options.train === undefined ? undefined : await trainSubjects(like, options.train, context);
  const selection: StaySelection = { unit, leastHours, leastAge, subjects };
  if (options.simulated !== undefined) {
    const real = await admissionStatistics(like, selection);
    const simulated = await admissionStatistics(options.simulated, { ...selection, subjects: undefined });
    const comparison = { real, simulated, differences: compareAdmissions(real, simulated) };
    await show(comparison, options, session);
    output.json(comparison);
    return;
  }
  if (options.out === undefined)
    throw new UserError('BAD_OPTION', 'It is not said what is to be done.', {
      expected: '--simulated <store> to compare, or -o <file> to calibrate',
      got: 'neither',
    });
  const year = new Date(systemClock.now()).getUTCFullYear();
  const { admissions, rounds, seed, modules, date } = options;
  const found = await calibrate(
    { like, selection, admissions, rounds, seed, modules, date, endDate: options.end ?? `${year}-01-01` },
    { builtIn: builtInModules, generator: generator(), code: codeVersion(simulationCode) },
    context,
  );
  await writeFileAtomic(options.out, `${JSON.stringify(found.overrides, null, 2)}\n`);
  await show(found.after, options, session);
  output.line(`Before: ${summary(found.before.differences)}`);
  output.line(`✓ ${options.out}: ${summary(found.after.differences)}`);
  output.json({ out: options.out, ...found });
}

/** Patients of the train part of a blueprint's split. */
async function trainSubjects(dir: string, file: string, context: RunContext): Promise<number[]> {
  const blueprint = parseBlueprint(await readFile(file, 'utf8'), path.basename(file));
  if (blueprint.kind !== 'cohort')
    throw new UserError('BAD_OPTION', `The blueprint ${file} is about a table, not about a cohort store.`, {
      fix: 'name a blueprint whose source is a cohort',
    });
  const { table, split } = await buildFeatures(
    await CohortStore.open(dir),
    compileBlueprint(blueprint),
    context,
  );
  const subjects = table.column('subject_id');
  const own = new Set<number>();
  if (subjects.type === 'numeric') for (const row of split.train) own.add(subjects.values[row]!);
  return [...own];
}

async function show(comparison: Comparison, { report }: Options, { output }: Session): Promise<void> {
  const text = comparisonMarkdown(comparison);
  if (report === undefined) {
    output.line(text.trimEnd());
    return;
  }
  await writeFileAtomic(report, report.endsWith('.md') ? text : comparisonHtml(comparison));
  output.line(`${report}: ${summary(comparison.differences)}`);
}
