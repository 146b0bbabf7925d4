import type { Command } from 'commander';
import { z } from 'zod';
import { UserError } from '../../../core/index.js';
import type { EvaluateTableResult } from '../../../pipeline/index.js';
import { evaluateTable } from '../../../pipeline/index.js';
import { formatCount } from '../../../runtime/index.js';
import { renderSummary } from '../../../stages/report/index.js';
import { compileOptions, openSession } from '../../context.js';
import type { Output } from '../../output.js';
import { textTable } from '../../text-table.js';
import { collect, memory, names, seed, share } from './common.js';

const evaluateOptions = z.object({
  out: z.string(),
  label: names,
  sensitive: names,
  model: z.string().optional(),
  train: z.string().optional(),
  test: z.string().optional(),
  schema: z.string().optional(),
  constraints: z.string().optional(),
  unit: z.string().optional(),
  drop: names,
  testShare: share.default(0.2),
  resamples: z.coerce.number().int().min(100).optional(),
  seed,
  memory,
});

/** `anamnesis table evaluate <data> <synthetic> -o <report>` */
export function addTableEvaluate(table: Command): void {
  table
    .command('evaluate')
    .summary('judge synthetic rows: utility, fidelity, privacy')
    .description(
      `Judges synthetic rows against real ones: models trained on synthetic rows are tested on real rows held back (utility), distributions are
compared between a floor (independent columns) and a ceiling (fresh real rows) (fidelity), and attackers try to find who was learned from
(privacy). Constraints are checked. Everything goes on one page, report.html.

With --model the real test part that 'table fit' set aside is found again in the real file. Without it the file is split here, and whether the
generator saw the test part is not known.`,
    )
    .argument('<files...>', 'real file and synthetic file (with --train and --test: the synthetic file)')
    .requiredOption('-o, --out <folder>', 'folder for the report')
    .option('--label <names>', "column to predict (repeatable, or a,b; default: the model's)", collect, [])
    .option('--model <folder>', 'the model that made the rows')
    .option('--train <file>', 'real rows that the generator learned from')
    .option('--test <file>', 'real rows that it never saw')
    .option('--sensitive <names>', 'columns that attackers try to infer (default: the labels)', collect, [])
    .option('--schema <yaml>', "how to read the columns (default: the model's)")
    .option('--constraints <yaml>', "rules to check (default: the model's)")
    .option('--unit <column>', "column that names the patient (default: the model's)")
    .option('--drop <names>', 'columns that are not read (repeatable, or a,b)', collect, [])
    .option('--test-share <s>', 'without --model and --test: share of the real file for testing', '0.2')
    .option('--resamples <n>', 'bootstrap resamples of the intervals (default: 1000)')
    .option('--seed <n>', 'seed of models and attacks', '1')
    .option('--memory <MiB>', 'memory that reading may take before it spills to disk')
    .addHelpText(
      'after',
      `
Examples:
  anamnesis table evaluate data.csv synthetic.csv --model model/ -o report/
  anamnesis table evaluate data.csv vendor.csv --label readmitted_30d -o report/
  anamnesis table evaluate --train train.csv --test test.csv vendor.csv --label readmitted_30d -o report/`,
    )
    .action(async (files: string[], _options: unknown, command: Command) => {
      const options = compileOptions(evaluateOptions, command);
      const [real, synthetic] = filesOf(files, options.train !== undefined);
      const session = openSession(command);
      try {
        const result = await evaluateTable(
          {
            real,
            synthetic,
            out: options.out,
            labels: options.label,
            sensitive: options.sensitive.length === 0 ? undefined : options.sensitive,
            model: options.model,
            train: options.train,
            test: options.test,
            schemaFile: options.schema,
            constraintsFile: options.constraints,
            unit: options.unit,
            drop: options.drop,
            testShare: options.testShare,
            resamples: options.resamples,
            seed: options.seed,
            memoryLimitMiB: options.memory,
          },
          session.context(options.seed),
        );
        tell(result, session.output);
      } finally {
        await session.close();
      }
    });
}

function filesOf(files: readonly string[], parts: boolean): [string | undefined, string] {
  const wanted = parts ? 1 : 2;
  if (files.length !== wanted)
    throw new UserError(
      'BAD_OPTION',
      parts ? 'With --train and --test one more file is named.' : 'Two files are needed.',
      {
        expected: parts ? 'the synthetic file' : 'the real file and the synthetic file',
        got: `${files.length} files`,
        fix: 'see anamnesis table evaluate --help',
      },
    );
  return parts ? [undefined, files[0]!] : [files[0]!, files[1]!];
}

function tell(result: EvaluateTableResult, output: Output): void {
  output.line();
  for (const line of renderSummary(result.report, { colour: output.colour })) output.line(line);
  if (result.constraints.length > 0) {
    output.line();
    const rows = result.constraints.map(({ text, real, synthetic }) => [
      text,
      `${formatCount(synthetic.violations)} of ${formatCount(synthetic.rows)}`,
      `${formatCount(real.violations)} of ${formatCount(real.rows)}`,
    ]);
    output.line(textTable(['constraint', 'broken by synthetic', 'by real'], rows));
  }
  output.line();
  output.line(result.notes[0]);
  output.line(`Report: ${result.reportHtml}`);
  output.json({
    verdict: result.report.verdict,
    constraints: result.constraints,
    notes: result.notes,
    report: { html: result.reportHtml, json: result.reportJson },
  });
}
