import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { addBlueprint } from './commands/blueprint.js';
import { addCheck } from './commands/check.js';
import { addData } from './commands/data.js';
import { addDemo } from './commands/demo.js';
import { addImport } from './commands/import.js';
import { addModules } from './commands/modules.js';
import { addRun } from './commands/run.js';
import { addSimulate } from './commands/simulate.js';
import { addSynthesizers } from './commands/synthesizers.js';
import { addTable } from './commands/table/index.js';
import { addValidate } from './commands/validate.js';
import { addGlobalOptions } from './context.js';
import { reportError } from './output.js';

const packageFile = new URL('../../package.json', import.meta.url);

/**
 * The command line. Exit codes (docs/cli.md): 0 done, 2 usage, 3 data, 4 privacy, 70 a defect of ours,
 * 130 interrupted.
 * @param argv arguments after the program's name
 */
export async function main(argv: readonly string[]): Promise<number> {
  const program = buildProgram();
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

function buildProgram(): Command {
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
  for (const add of [
    addDemo,
    addTable,
    addRun,
    addSimulate,
    addImport,
    addValidate,
    addBlueprint,
    addData,
    addSynthesizers,
    addModules,
    addCheck,
  ]) {
    add(program);
  }
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
