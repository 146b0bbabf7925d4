import path from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import type { RunResult } from '../../pipeline/index.js';
import { loadBlueprint, runBlueprint } from '../../pipeline/index.js';
import { renderSummary } from '../../stages/report/index.js';
import { compileOptions, openSession } from '../context.js';
import { locateBlueprintData } from '../data.js';
import type { Session } from '../context.js';
import { stageTeller } from '../stage-lines.js';

const runOptions = z.object({
  data: z.string().optional(),
  out: z.string().default('runs'),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dot, dash and underscore')
    .optional(),
  seed: z.coerce.number().int().min(0).optional(),
  memory: z.coerce.number().int().min(256).optional(),
});
type RunOptions = z.infer<typeof runOptions>;

/** `anamnesis run <blueprint>` */
export function addRun(program: Command): void {
  program
    .command('run')
    .summary('from real records to synthetic rows and a report')
    .description(
      `Runs a blueprint: imports the records, builds the feature table, trains the reference models on real
patients, fits each synthesizer on the train part, draws synthetic rows, measures them on the held-out real
patients, and writes report.html and report.json.

The same command continues an interrupted run: finished stages are reused. A changed option makes again only
what depends on it.`,
    )
    .argument('<blueprint>', 'a YAML file, or the name of a ready one (see `anamnesis blueprint list`)')
    .option('--data <folder>', 'where the records are (default: see `anamnesis data list`)')
    .option('--out <folder>', 'folder for runs', 'runs')
    .option('--name <name>', "the run's name (default: the blueprint's)")
    .option('--seed <n>', "master seed (default: the blueprint's)")
    .option('--memory <MiB>', 'memory that queries may take before they spill to disk')
    .addHelpText(
      'after',
      `
Examples:
  anamnesis run eicu-demo
  anamnesis run my-hospital.yaml --data /secure/mimiciv/2.2 --memory 8000
  anamnesis run diabetes-130 --seed 7 --name diabetes-seed7 --json > result.json`,
    )
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = compileOptions(runOptions, command);
      const session = openSession(command);
      try {
        await runCommand(name, options, session);
      } finally {
        await session.close();
      }
    });
}

/** Runs a blueprint and tells how it ended; also used by `anamnesis demo`. */
export async function runCommand(
  nameOrPath: string,
  options: RunOptions,
  session: Session,
): Promise<RunResult> {
  const { blueprint } = await loadBlueprint(nameOrPath);
  const name = options.name ?? blueprint.name;
  const folder = path.join(options.out, name);
  const seed = options.seed ?? blueprint.seed;
  const result = await runBlueprint(
    {
      blueprint: { ...blueprint, seed },
      data: locateBlueprintData(blueprint, options.data),
      folder,
      name,
      seed,
      cacheFile: path.join(options.out, '.input-hashes.json'),
      memoryLimitMiB: options.memory,
      onEvent: stageTeller(session.output),
    },
    session.context(seed),
  );
  tellResult(result, session);
  return result;
}

function tellResult(result: RunResult, { output }: Session): void {
  output.line();
  for (const line of renderSummary(result.report, { colour: output.colour })) output.line(line);
  output.line();
  output.line(`Report:         ${result.reportHtml}`);
  for (const [id, file] of Object.entries(result.synthetic)) output.line(`Synthetic rows: ${file} (${id})`);
  output.json({
    verdict: result.report.verdict,
    comparison: result.report.comparison,
    report: { html: result.reportHtml, json: result.reportJson },
    synthetic: result.synthetic,
  });
}
