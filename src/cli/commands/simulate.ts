import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { z } from 'zod';
import { systemClock, UserError } from '../../core/index.js';
import { exportFormats } from '../../exports/index.js';
import { formatCount, formatSeconds } from '../../runtime/index.js';
import { simulate } from '../../stages/simulate/index.js';
import type { SimulateOptions, SimulationResult } from '../../stages/simulate/index.js';
import { compileOptions, openSession } from '../context.js';
import type { Session } from '../context.js';

const builtIn = fileURLToPath(new URL('../../../modules', import.meta.url));
const packageFile = new URL('../../../package.json', import.meta.url);

const number = z.coerce.number();
const cliOptions = z.object({
  population: number.default(100),
  out: z.string(),
  state: z.string().optional(),
  city: z.string().optional(),
  age: z
    .string()
    .regex(/^\d+-\d+$/u, 'a range like 40-90')
    .transform((text) => text.split('-').map(Number))
    .optional(),
  sexRatio: number.optional(),
  hispanic: number.optional(),
  seed: z.string().default('1'),
  end: z.string().optional(),
  years: z.union([z.literal('all'), number.positive()]).default(10),
  alive: z.boolean().default(true),
  modules: z.string().optional(),
  format: z.string().default('fhir'),
  only: z.string().optional(),
  tries: number.int().min(1).default(5000),
  like: z.string().optional(),
  patient: number.int().min(0).optional(),
  truth: z.boolean().default(false),
  gzip: z.boolean().default(false),
  physiology: z.boolean().default(true),
  stepHours: number.positive().default(168),
  set: z.array(z.string()).default([]),
});
type CliOptions = z.output<typeof cliOptions>;

/** `anamnesis simulate -p 1000 -o out/` */
export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .summary('patients from rules: whole lives by clinical modules')
    .description(
      `Lives a population by clinical modules (Synthea's format) and writes it, each format in a folder of its own.
The same seed gives the same bytes for any number of workers. See docs/simulate.md.

Formats: ${exportFormats.map((one) => one.id).join(', ')}`,
    )
    .requiredOption('-o, --out <folder>', 'folder for the result; it appears when complete')
    .option('-p, --population <n>', 'number of patients', '100')
    .option('--format <ids>', 'formats, separated by commas', 'fhir')
    .option('--modules <folder>', 'folder of modules, e.g. that of Synthea (default: the built-in library)')
    .option('--state <name>', "state of the United States, or 'US' for all", 'MA')
    .option('--city <name>', 'a city of that state')
    .option('--age <from-to>', 'age at the end, e.g. 40-90')
    .option('--sex-ratio <n>', 'men per 100 women')
    .option('--hispanic <share>', 'share of Hispanic people, 0 to 1')
    .option('--end <date>', 'end of observation, YYYY-MM-DD (default: 1 January of this year)')
    .option('--years <n>', "years before the end that are written, or 'all'", '10')
    .option('--no-alive', 'also people who have died before the end')
    .option('--only <expression>', "only patients that fit, e.g. 'diabetes and age > 65'")
    .option('--tries <n>', 'lives that may be tried for one patient of --only', '5000')
    .option('--like <store>', 'match age, sex, race and ethnicity of a cohort store')
    .option('--patient <n>', 'one patient of the population (position from 0), byte for byte')
    .option('--truth', 'also what only the simulator knows: true onsets, origins (truth/truth.ndjson)')
    .option('--gzip', 'compress the text formats')
    .option('--no-physiology', 'let Physiology states go their other way, as Synthea does by default')
    .option('--step-hours <n>', 'step after which guards are looked at again', '168')
    .option('--seed <text>', 'seed of all chance', '1')
    .option(
      '--set <format.key=value>',
      'an option of a format, e.g. fhir.bundle=true (repeatable)',
      collect,
      [],
    )
    .addHelpText(
      'after',
      `
Examples:
  anamnesis simulate -p 100 -o out/
  anamnesis simulate -p 500 --only 'diabetes and age > 65' --format fhir,omop -o diabetics/
  anamnesis simulate -p 10000 --modules synthea/modules --state MA --years all --format cohort -o store/`,
    )
    .action(async (_options: unknown, command: Command) => {
      const options = compileOptions(cliOptions, command);
      const session = openSession(command);
      try {
        await simulateCommand(options, session);
      } finally {
        await session.close();
      }
    });
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

async function simulateCommand(options: CliOptions, session: Session): Promise<void> {
  const started = systemClock.now();
  const { name, version } = z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(readFileSync(packageFile, 'utf8')));
  const result = await simulate(
    simulation(options),
    options.out,
    { builtIn, generator: { name, version } },
    session.context(1),
  );
  const seconds = (systemClock.now() - started) / 1000;
  report(options, result, seconds, session);
}

function simulation(options: CliOptions): SimulateOptions {
  const year = new Date(systemClock.now()).getUTCFullYear();
  const { age } = options;
  return {
    population: {
      size: options.population,
      endDate: options.end ?? `${year}-01-01`,
      alive: options.alive,
      state: options.state,
      city: options.city,
      sexRatio: options.sexRatio,
      hispanic: options.hispanic,
      ageYears: age === undefined ? undefined : { min: age[0]!, max: age[1]! },
    },
    seed: options.seed,
    modules: options.modules,
    years: options.years === 'all' ? null : options.years,
    alive: options.alive,
    only: options.only,
    mostTries: options.tries,
    like: options.like,
    formats: formatsOf(options),
    truth: options.truth,
    physiology: options.physiology,
    stepHours: options.stepHours,
    patient: options.patient,
  };
}

function formatsOf({ format, set, gzip }: CliOptions): SimulateOptions['formats'] {
  const ids = [
    ...new Set(
      format
        .split(',')
        .map((id) => id.trim())
        .filter((id) => id !== ''),
    ),
  ];
  const own = new Map<string, Record<string, unknown>>(ids.map((id) => [id, {}]));
  for (const text of set) {
    const found = /^([\w-]+)\.(\w+)=(.*)$/u.exec(text);
    const options = found === null ? undefined : own.get(found[1]!);
    if (found === null || options === undefined)
      throw new UserError('BAD_OPTION', `--set ${text} names no option of a wanted format.`, {
        expected: `format.key=value with format one of ${ids.join(', ')}`,
        got: text,
      });
    options[found[2]!] = valueOf(found[3]!);
  }
  const compressible = new Set(['fhir', 'csv', 'omop', 'bulk-ndjson']);
  return ids.map((id) => ({
    id,
    options: { ...(gzip && compressible.has(id) ? { gzip: true } : {}), ...own.get(id) },
  }));
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function report(options: CliOptions, result: SimulationResult, seconds: number, { output }: Session): void {
  const { patients, tried, dead, refused, bytes } = result;
  const again = Object.entries(refused);
  output.line(`✓ ${formatCount(patients)} patients in ${options.out} (${result.formats.join(', ')})`);
  if (tried > patients)
    output.line(
      `  ${formatCount(tried)} lives tried${dead > 0 ? `, of which ${formatCount(dead)} ended before the end of observation` : ''}`,
    );
  if (again.length > 0)
    output.line(`  made again by the gate: ${again.map(([rule, n]) => `${rule} ${n}`).join(', ')}`);
  output.line(
    `  ${formatCount(result.entries)} entries, ${formatCount(Math.round(bytes / 1e6))} MB, ${formatSeconds(seconds)} (${(patients / seconds).toFixed(1)} patients/s)`,
  );
  output.json({ ...result, out: options.out, seconds });
}
