import type { Command } from 'commander';
import { z } from 'zod';
import { UserError } from '../../../core/index.js';
import type { FitTableResult } from '../../../pipeline/index.js';
import { defaultDelta, fitTable } from '../../../pipeline/index.js';
import { formatCount } from '../../../runtime/index.js';
import { compileOptions, openSession } from '../../context.js';
import type { Output } from '../../output.js';
import { textTable } from '../../text-table.js';
import { collect, memory, names, privacyText, seed, settingsOf, share } from './common.js';

const fitOptions = z.object({
  out: z.string(),
  label: names,
  synthesizer: z.string().optional(),
  schema: z.string().optional(),
  constraints: z.string().optional(),
  unit: z.string().optional(),
  drop: names,
  epsilon: z.coerce.number().gt(0).optional(),
  delta: z.coerce.number().gt(0).lt(1).optional(),
  rowsPerUnit: z.coerce.number().int().min(1).optional(),
  schemaShare: share.optional(),
  testShare: share.default(0.2),
  relations: z.boolean().default(true),
  set: z.array(z.string()).default([]),
  seed,
  memory,
});

/** `anamnesis table fit <data> -o <model>` */
export function addTableFit(table: Command): void {
  table
    .command('fit')
    .summary('learn a table; sets a real test part aside first')
    .description(
      `Learns a CSV or Parquet file and writes a model that rows can be drawn from, at a place that has no real data. Kinds of columns are
inferred; --schema corrects them. A real test part is set aside first (by --unit or by row) and never looked at; 'table evaluate
--model' finds it again.

Without --epsilon: sequential trees (cart), relations between columns are found and kept. With --epsilon: aim, under differential privacy.`,
    )
    .argument('<data>', 'CSV (.csv, .csv.gz, .tsv) or Parquet file; - reads CSV from standard input')
    .requiredOption('-o, --out <folder>', 'folder for the model')
    .option('--label <names>', 'column that somebody will want to predict (repeatable, or a,b)', collect, [])
    .option(
      '--synthesizer <id>',
      'cart, copula, aim, argn, tabddpm, tvae, ctgan: see `anamnesis synthesizers` (default: cart; with --epsilon aim)',
    )
    .option('--schema <yaml>', "how to read the columns (see 'table describe')")
    .option('--constraints <yaml>', 'rules that every drawn row keeps, and relations')
    .option(
      '--unit <column>',
      'column that names the patient: its rows stay together, and are what --epsilon protects',
    )
    .option('--drop <names>', 'columns that are not read (repeatable, or a,b)', collect, [])
    .option(
      '--epsilon <e>',
      'learn under differential privacy with this ε (smaller is safer; 1 to 10 are usual)',
    )
    .option(
      '--delta <d>',
      `δ, well below one over the number of patients (default: ${defaultDelta}, whatever the data)`,
    )
    .option(
      '--rows-per-unit <n>',
      'most rows of one unit that are learned from (default: 1; with --epsilon and --unit)',
    )
    .option(
      '--schema-share <s>',
      'share of the budget for finding out about columns that --schema does not declare (default: 0.1)',
    )
    .option('--test-share <s>', 'share of rows or units set aside for testing', '0.2')
    .option('--no-relations', 'do not look for relations between columns')
    .option('--set <key=value>', 'option of the synthesizer (repeatable), e.g. --set minLeaf=50', collect, [])
    .option('--seed <n>', 'seed of split and model; noise for privacy never comes from it', '1')
    .option('--memory <MiB>', 'memory that reading may take before it spills to disk')
    .addHelpText(
      'after',
      `
Examples:
  anamnesis table fit data.csv --label readmitted_30d -o model/
  anamnesis table fit data.csv --label readmitted_30d --constraints constraints.yaml --set minLeaf=50 -o model/
  anamnesis table fit visits.csv --label readmitted_30d --unit patient_id --epsilon 5 --delta 1e-5 -o private-model/
  zcat visits.csv.gz | anamnesis table fit - -o model/

Next: anamnesis table sample model/ -n 10000 -o synthetic.csv`,
    )
    .action(async (data: string, _options: unknown, command: Command) => {
      const options = compileOptions(fitOptions, command);
      const { epsilon, delta, rowsPerUnit, schemaShare, ...rest } = options;
      if (epsilon === undefined && [delta, rowsPerUnit, schemaShare].some((o) => o !== undefined))
        throw new UserError(
          'BAD_OPTION',
          '--delta, --rows-per-unit and --schema-share belong to --epsilon.',
          {
            fix: 'give --epsilon, too, or leave them out',
          },
        );
      const session = openSession(command);
      try {
        const result = await fitTable(
          {
            file: data,
            out: rest.out,
            labels: rest.label,
            synthesizer: rest.synthesizer,
            options: settingsOf(rest.set),
            schemaFile: rest.schema,
            constraintsFile: rest.constraints,
            unit: rest.unit,
            drop: rest.drop,
            budget:
              epsilon === undefined ? undefined : { epsilon, delta, rowsPerUnit, releaseShare: schemaShare },
            testShare: rest.testShare,
            findRelations: rest.relations,
            seed: rest.seed,
            memoryLimitMiB: rest.memory,
          },
          session.context(rest.seed),
        );
        tell(result, session.output);
      } finally {
        await session.close();
      }
    });
}

function tell(result: FitTableResult, output: Output): void {
  const { told, columns, split, out } = result;
  const count = (kinds: readonly string[]): number => columns.filter((c) => kinds.includes(c.kind)).length;
  const kinds = [
    `${count(['continuous', 'count'])} of numbers`,
    `${count(['ordinal', 'categorical', 'binary'])} of categories`,
    ...(told === null
      ? []
      : [`${told.columns.filter((c) => c.missing > 0 && c.role !== 'key').length} with missing values`]),
  ].join(', ');
  output.line(
    `Learned ${columns.length} columns (${kinds}) with ${result.synthesizer.id}: ${result.synthesizer.title}`,
  );
  output.line(`  rows        ${rowsText(result)}`);
  for (const { name, reason } of result.setAside) output.line(`  set aside   '${name}': ${reason}`);
  for (const notice of result.notices) output.line(`  note        ${notice}`);
  for (const relation of result.relations) output.line(`  relation    ${relation}`);
  if (told !== null && told.constraints.length > 0) {
    output.line('  constraints as the real rows to learn from keep them:');
    const rows = told.constraints.map((c) => [
      c.text,
      c.handle,
      formatCount(c.violations),
      percent(c.violations, told.rows.train),
    ]);
    for (const line of textTable(['constraint', 'handled by', 'broken in rows', 'share'], rows).split('\n'))
      output.line(`    ${line}`);
  }
  output.line(`  privacy     ${privacyText(result.privacy)}`);
  output.line(`  time        ${result.seconds.toFixed(1)} s`);
  output.line();
  output.line(`Model: ${out}   (model.json says all this)`);
  output.line(
    `Next:  anamnesis table sample ${out} -n ${told === null ? 10_000 : told.rows.train} -o synthetic.csv`,
  );
  output.json({ ...result, split });
}

function rowsText({ told, split }: FitTableResult): string {
  const by = split.unit === null ? 'by row' : `by ${split.unit}`;
  if (told === null)
    return `not told: under differential privacy their number is private; ${percent(split.testShare, 1)} set aside for testing (${by}, seed ${split.seed})`;
  const { train, test } = told.rows;
  return test === 0
    ? `${formatCount(train)} learned from; none set aside for testing`
    : `${formatCount(train)} learned from, ${formatCount(test)} real ones set aside for testing (${percent(test, train + test)}, ${by}, seed ${split.seed})`;
}

function percent(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const share = (100 * part) / whole;
  return `${share === 0 || share >= 10 ? Math.round(share) : share.toPrecision(2)} %`;
}
