import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { addGlobalOptions } from './context.js';
import { reportError } from './output.js';

/** How each command is added, in the order of the help. The code of a command is loaded when it is asked for: all of it takes a second. */
const commands: ReadonlyMap<string, () => Promise<(program: Command) => void>> = new Map([
  ['demo', async () => (await import('./commands/demo.js')).addDemo],
  ['table', async () => (await import('./commands/table/index.js')).addTable],
  ['run', async () => (await import('./commands/run.js')).addRun],
  ['simulate', async () => (await import('./commands/simulate.js')).addSimulate],
  ['import', async () => (await import('./commands/import.js')).addImport],
  ['validate', async () => (await import('./commands/validate.js')).addValidate],
  ['blueprint', async () => (await import('./commands/blueprint.js')).addBlueprint],
  ['data', async () => (await import('./commands/data.js')).addData],
  ['synthesizers', async () => (await import('./commands/synthesizers.js')).addSynthesizers],
  ['modules', async () => (await import('./commands/modules.js')).addModules],
  ['check', async () => (await import('./commands/check.js')).addCheck],
]);

const packageFile = new URL('../../package.json', import.meta.url);

/**
 * The command line. Exit codes (docs/cli.md): 0 done, 2 usage, 3 data, 4 privacy, 70 a defect of ours,
 * 130 interrupted.
 * @param argv arguments after the program's name
 */
export async function main(argv: readonly string[]): Promise<number> {
  const program = await buildProgram(argv[0]);
  process.stdout.on('error', endQuietlyOnClosedPipe);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportError(error, argv.includes('--json'), process.stderr);
  }
}

/** `anamnesis … | head`: the reader has gone, which is no error of ours. */
function endQuietlyOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

/** @param first the first argument: where it names a command, the others are left out. */
async function buildProgram(first: string | undefined): Promise<Command> {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, 'utf8')));
  const program = addGlobalOptions(new Command('anamnesis'))
    .description(
      `Makes synthetic patient records that clinical models can be trained on, and measures how useful and how
faithful they are: models trained on synthetic rows are tested on real patients held back (TSTR).`,
    )
    .version(version)
    .showHelpAfterError('(see --help)')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText(
      'after',
      `
Start here:
  anamnesis demo                    run everything once, on open data or on a simulated hospital
  anamnesis data list               open data sets: licence, size, where they are looked for
  anamnesis simulate -p 100 -o out  a hundred patients by rules, as FHIR
  anamnesis blueprint list          ready blueprints
  anamnesis synthesizers            the models: paper, strengths, when to choose which
  anamnesis table --help            from one CSV to a synthetic one in three commands
  anamnesis run eicu-demo           records → feature table → models → synthetic rows → report

Exit codes: 0 done, 2 usage, 3 data, 4 privacy, 70 internal, 130 interrupted.`,
    );
  const named = first === undefined ? undefined : commands.get(first);
  for (const load of named === undefined ? commands.values() : [named]) (await load())(program);
  exitOverrideBelow(program);
  return program;
}

/** Errors of subcommands come back as exceptions, too, so that one place decides the exit code. */
function exitOverrideBelow(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride().showHelpAfterError('(see --help)');
    exitOverrideBelow(child);
  }
}
