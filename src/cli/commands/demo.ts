import type { Command } from 'commander';
import { locateData } from '../../sources/catalogue/index.js';
import { openSession } from '../context.js';
import { placesFor } from '../data.js';
import { runCommand } from './run.js';

/** `anamnesis demo` */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .summary('run everything once')
    .description(
      `Runs a ready blueprint from records to report: on the open eICU demo when its files are found (see
\`anamnesis data list\`), otherwise on the built-in reference hospital, whose patients are simulated.`,
    )
    .option('--out <folder>', 'folder for runs', 'runs')
    .action(async (options: { out: string }, command: Command) => {
      const session = openSession(command);
      try {
        const found = locateData('eicu-demo', placesFor(undefined));
        const name = found === undefined ? 'reference-hospital' : 'eicu-demo';
        session.output.info(
          found === undefined
            ? 'The eICU demo was not found: running on the built-in reference hospital (not real patients).'
            : `Running on the eICU demo in ${found.dir}.`,
        );
        await runCommand(name, { out: options.out }, session);
      } finally {
        await session.close();
      }
    });
}
