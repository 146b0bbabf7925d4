import type { Command } from 'commander';
import { z } from 'zod';
import type { SampleTableResult } from '../../../pipeline/index.js';
import { sampleTable } from '../../../pipeline/index.js';
import { formatCount } from '../../../runtime/index.js';
import { compileOptions, openSession } from '../../context.js';
import type { Output } from '../../output.js';
import { collect, privacyText, seed } from './common.js';

const sampleOptions = z.object({
  out: z.string().default('-'),
  rows: z.coerce.number().int().min(1).max(1_000_000_000).optional(),
  where: z.array(z.string()).default([]),
  constraints: z.string().optional(),
  tries: z.coerce.number().int().min(1).optional(),
  seed,
});

/** `anamnesis table sample <model> -n <rows>` */
export function addTableSample(table: Command): void {
  table
    .command('sample')
    .summary('draw synthetic rows from a model')
    .description(
      `Draws rows and writes them as they come, so that any number fits into memory. The model's constraints are kept: rows are repaired, or drawn
again. Conditions with = are given to the model; limits, lists and exclusions are met by drawing again.`,
    )
    .argument('<model>', "folder that 'table fit' wrote")
    .option('-n, --rows <n>', 'rows to draw (default: as many as were learned from)')
    .option(
      '--where <condition>',
      'condition on the rows (repeatable): a=1, a!=1, a>=65, "a in (x, y)", a= for missing',
      collect,
      [],
    )
    .option('-o, --out <file>', 'CSV, or Parquet by its ending; - is CSV on standard output', '-')
    .option('--constraints <yaml>', "other constraints than the model's")
    .option('--tries <n>', 'rows that may be tried for each row asked for (default: 1000)')
    .option('--seed <n>', 'the same seed draws the same rows', '1')
    .addHelpText(
      'after',
      `
Examples:
  anamnesis table sample model/ -n 10000 -o synthetic.csv
  anamnesis table sample model/ -n 10000 --where has_diabetes=1 -o diabetes.csv
  anamnesis table sample model/ -n 500 --where 'age>=65' --where 'sex in (F)' -o elderly.parquet
  anamnesis table sample model/ -n 1000000 | gzip > synthetic.csv.gz

Next: anamnesis table evaluate data.csv synthetic.csv --model model/ -o report/`,
    )
    .action(async (model: string, _options: unknown, command: Command) => {
      const options = compileOptions(sampleOptions, command);
      const session = openSession(command);
      try {
        const toStdout = options.out === '-';
        const result = await sampleTable(
          {
            model,
            rows: options.rows,
            where: options.where,
            target: toStdout ? process.stdout : options.out,
            constraintsFile: options.constraints,
            seed: options.seed,
            mostTries: options.tries,
          },
          session.context(options.seed),
        );
        tell(result, { output: session.output, out: options.out, toStdout });
      } finally {
        await session.close();
      }
    });
}

/** The summary goes where the rows do not. */
function tell(
  result: SampleTableResult,
  to: { readonly output: Output; readonly out: string; readonly toStdout: boolean },
): void {
  const { output, out, toStdout } = to;
  const say = toStdout
    ? (text: string): void => {
        output.info(text);
      }
    : (text: string): void => {
        output.line(text);
      };
  const { counts, constraints } = result;
  say(
    `Drew ${formatCount(result.rows)} rows of ${result.columns} columns in ${result.seconds.toFixed(1)} s${toStdout ? '' : `: ${out}`}`,
  );
  if (counts.tried > counts.kept)
    say(
      `  tried       ${formatCount(counts.tried)} rows${counts.conditions > 0 ? `; ${formatCount(counts.conditions)} did not meet the conditions` : ''}`,
    );
  for (const [i, { id, repaired, rejected }] of counts.constraints.entries()) {
    const told =
      constraints[i]!.handle === 'reject' && repaired === 0 ? [] : [`${formatCount(repaired)} repaired`];
    if (rejected > 0 || told.length === 0) told.push(`${formatCount(rejected)} drawn again`);
    say(`  constraint  ${id}: ${told.join(', ')}`);
  }
  say(`  privacy     ${privacyText(result.privacy)}`);
  if (!toStdout) output.json({ out, ...result });
}
