import path from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { loadBlueprint, validateFile } from '../../pipeline/index.js';
import { renderSummary } from '../../stages/report/index.js';
import { compileOptions, openSession } from '../context.js';
import { locateBlueprintData } from '../data.js';
import { stageTeller } from '../stage-lines.js';

const validateOptions = z.object({
  data: z.string().optional(),
  out: z.string().default('runs'),
  name: z.string().optional(),
  maker: z.string().min(1).optional(),
  seed: z.coerce.number().int().min(0).optional(),
  memory: z.coerce.number().int().min(256).optional(),
});

/** `anamnesis validate <blueprint> <rows>` */
export function addValidate(program: Command): void {
  program
    .command('validate')
    .summary('measure synthetic rows that were made elsewhere')
    .description(
      `Measures a CSV or Parquet file of synthetic rows against a blueprint's real records, exactly as a run measures its own:
models trained on the file's rows are tested on the real patients held back. The file needs the blueprint's feature and label
columns; a run writes them to features-*/train/schema.json.`,
    )
    .argument('<blueprint>', 'a YAML file, or the name of a ready one')
    .argument('<rows>', 'CSV or Parquet file of synthetic rows')
    .option('--data <folder>', 'where the real records are')
    .option('--out <folder>', 'folder for runs', 'runs')
    .option('--name <name>', "the run's name (default: the blueprint's)")
    .option('--maker <text>', 'what the report calls the maker of the rows (default: the file name)')
    .option('--seed <n>', "master seed (default: the blueprint's)")
    .option('--memory <MiB>', 'memory that queries may take before they spill to disk')
    .action(async (nameOrPath: string, rows: string, _options: unknown, command: Command) => {
      const options = compileOptions(validateOptions, command);
      const session = openSession(command);
      const { output } = session;
      try {
        const { blueprint } = await loadBlueprint(nameOrPath);
        const name = options.name ?? blueprint.name;
        const seed = options.seed ?? blueprint.seed;
        const result = await validateFile(
          {
            blueprint: { ...blueprint, seed },
            data: locateBlueprintData(blueprint, options.data),
            folder: path.join(options.out, name),
            name,
            seed,
            file: rows,
            maker: options.maker ?? path.basename(rows),
            cacheFile: path.join(options.out, '.input-hashes.json'),
            memoryLimitMiB: options.memory,
            onEvent: stageTeller(output),
          },
          session.context(seed),
        );
        output.line();
        for (const line of renderSummary(result.report, { colour: output.colour })) output.line(line);
        output.line();
        output.line(`Report: ${result.reportHtml}`);
        output.json({
          verdict: result.report.verdict,
          report: { html: result.reportHtml, json: result.reportJson },
        });
      } finally {
        await session.close();
      }
    });
}
