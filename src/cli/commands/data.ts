import type { Command } from 'commander';
import { fetchData, listData } from '../../sources/catalogue/index.js';
import { openSession } from '../context.js';
import { placesFor } from '../data.js';

/** `anamnesis data list | fetch <name>` */
export function addData(program: Command): void {
  const data = program
    .command('data')
    .summary('open data: what there is, where it is, fetch it')
    .description(
      `The open data sets that the ready blueprints run on. They are looked for in --data, $ANAMNESIS_DATA, ../shared/data beside
the project, and the cache folder; \`fetch\` downloads one from its publisher into the cache.`,
    );

  data
    .command('list')
    .summary('data sets with licence, size and where they were found')
    .option('--data <folder>', 'a folder of data sets to look in first')
    .action(async (options: { data?: string }, command: Command) => {
      const { output, close } = openSession(command);
      const all = listData(placesFor(options.data));
      for (const { entry, found } of all) {
        output.line(`${entry.id}: ${entry.title}`);
        output.line(`  ${entry.about}`);
        output.line(`  licence ${entry.licence}; ${entry.size}; ${entry.homepage}`);
        output.line(
          found === undefined ? `  not here: anamnesis data fetch ${entry.id}` : `  found in ${found.dir}`,
        );
        output.line();
      }
      output.json(all.map(({ entry, found }) => ({ ...entry, found: found?.dir ?? null })));
      await close();
    });

  data
    .command('fetch')
    .summary('download a data set from its publisher')
    .description(
      'Downloads into the cache folder, continues an interrupted download, and checks SHA-256 where the publisher gives it.',
    )
    .argument('<name>', 'see `anamnesis data list`')
    .action(async (name: string, _options: unknown, command: Command) => {
      const session = openSession(command);
      try {
        const { progress, signal } = session.context(0);
        const dir = await fetchData(name, { cacheDir: placesFor(undefined).cacheDir, progress, signal });
        session.output.line(`${name}: ${dir}`);
        session.output.json({ name, dir });
      } finally {
        await session.close();
      }
    });
}
