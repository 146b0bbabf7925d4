import { Option } from 'commander';
import type { Command } from 'commander';
import { systemClock } from '../../core/index.js';
import { exportFormats } from '../../exports/index.js';
import { codeVersion, formatCount, formatSeconds } from '../../runtime/index.js';
import { simulate } from '../../stages/simulate/index.js';
import type { SimulationResult } from '../../stages/simulate/index.js';
import { compileOptions, openSession } from '../context.js';
import type { Session } from '../context.js';
import { simulateHelp } from '../simulate/help.js';
import { simulateCliSchema, simulationOf } from '../simulate/options.js';
import type { SimulateCli } from '../simulate/options.js';
import { builtInModules, generator, simulationCode } from '../simulate/sources.js';

/** `anamnesis simulate -p 1000 -o out/` */
export function addSimulate(program: Command): void {
  const command = program
    .command('simulate')
    .summary('patients from rules: whole lives by clinical modules')
    .description(
      `Lives people from birth by clinical modules (Synthea's format) and writes their records, each format in a folder
of its own below --out. No data is needed. The same seed and options give the same bytes, for any number of workers.`,
    );
  whoOptions(command);
  whichOptions(command);
  recordOptions(command);
  command.addHelpText('after', simulateHelp).action(async (_options: unknown, own: Command) => {
    const options = compileOptions(simulateCliSchema, own);
    const session = openSession(own);
    try {
      await simulateCommand(options, session);
    } finally {
      await session.close();
    }
  });
}

function whoOptions(command: Command): void {
  command
    .optionsGroup('Who:')
    .option('-p, --population <n>', 'number of patients, exactly (default: 100)')
    .option('--admissions <n>', 'that many adults with one admission to hospital each, instead of -p')
    .option('--age <years>', 'age at the end: 40-90, 65+ or 30')
    .option('--state <name>', "state of the United States by name or postal code, or 'US' (default: MA)")
    .option('--city <name>', 'a city of that state')
    .option('--sex-ratio <n>', 'men per 100 women (default: by age as in the United States)')
    .option('--race <weights>', "mix of races, e.g. white=60,black=30,asian=10 (default: the state's)")
    .option('--hispanic <share>', "share of Hispanic people, 0 to 1 (default: the state's)")
    .option('--payers <weights>', 'who pays under 65, e.g. private=70,medicaid=20,uninsured=10')
    .option('--like <store>', 'joint shares of age, sex, race, ethnicity and payer of a cohort store')
    .option(
      '--blueprint <file>',
      'take all this, and what follows, from the simulation: section of a blueprint',
    );
}

function whichOptions(command: Command): void {
  command
    .optionsGroup('Which of them:')
    .option('--only <expression>', "only patients that fit, e.g. 'diabetes and age > 65'")
    .option('--tries <n>', 'lives that may be lived for one patient of --only', '5000')
    .addOption(new Option('--no-alive', 'also people who have died before the end').default(null))
    .option('--patient <id>', 'one patient of that population again: position from 0, record number, or id');
}

function recordOptions(command: Command): void {
  command
    .optionsGroup('What is written:')
    .requiredOption('-o, --out <folder>', 'folder for the result; it appears when complete')
    .option(
      '--format <ids>',
      `formats with commas between: ${exportFormats.map((one) => one.id).join(', ')} (default: fhir)`,
    )
    .option('--end <date>', 'end of observation, YYYY-MM-DD (default: 1 January of this year)')
    .option('--years <n>', "years before the end that are written, or 'all' (default: 10)")
    .option('--missing <rule>', 'take values away, e.g. 0.1 or mnar=0.2,values=high (repeatable)', collect)
    .option('--dirty <rule>', 'errors of data entry, e.g. 0.01 or unit-mix-up=0.02 (repeatable)', collect)
    .option('--truth', 'also truth/truth.csv: true onsets, origins, what is missing or wrong')
    .option('--gzip', 'compress the text formats')
    .option(
      '--set <format.key=value>',
      'an option of a format, e.g. fhir.layout=ndjson (repeatable)',
      collect,
    )
    .optionsGroup('How they live:')
    .option('--seed <text>', 'seed of all chance (default: 1)')
    .option('--modules <folder>', "folder of modules, e.g. Synthea's (default: the built-in library)")
    .option(
      '--overrides <file>',
      'numbers that replace those of modules and stays (anamnesis modules calibrate)',
    )
    .option('--no-physiology', 'let Physiology states go their other way, as Synthea does by default')
    .option('--step-hours <n>', 'step after which guards are looked at again', '168');
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

async function simulateCommand(cli: SimulateCli, session: Session): Promise<void> {
  const started = systemClock.now();
  const options = await simulationOf(cli);
  const code = codeVersion(simulationCode);
  const sources = { builtIn: builtInModules, generator: generator(), code };
  const result = await simulate(options, cli.out, sources, session.context(1));
  report(cli.out, result, (systemClock.now() - started) / 1000, session);
}

function report(out: string, result: SimulationResult, seconds: number, { output }: Session): void {
  const { patients, tried, unfit, dead, spared, refused, bytes } = result;
  const again = Object.entries(refused);
  output.line(`✓ ${formatCount(patients)} patients in ${out} (${result.formats.join(', ')})`);
  if (tried > patients) {
    const why = [
      ...(unfit > 0 ? [`${formatCount(unfit)} left at once by age, sex, race or ethnicity`] : []),
      ...(dead > 0 ? [`${formatCount(dead)} died before they were to be seen`] : []),
      ...(spared > 0 ? [`${formatCount(spared)} not admitted to hospital`] : []),
    ];
    output.line(`  ${formatCount(tried)} lives tried${why.length > 0 ? `: ${why.join(', ')}` : ''}`);
  }
  if (again.length > 0)
    output.line(`  made again by the gate: ${again.map(([rule, n]) => `${rule} ${n}`).join(', ')}`);
  output.line(
    `  ${formatCount(result.entries)} entries, ${formatCount(Math.round(bytes / 1e6))} MB, ${formatSeconds(seconds)} (${(patients / seconds).toFixed(1)} patients/s)`,
  );
  output.json({ ...result, out, seconds });
}
