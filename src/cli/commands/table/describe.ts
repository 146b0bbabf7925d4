import type { Command } from 'commander';
import { z } from 'zod';
import { describeTable } from '../../../pipeline/index.js';
import { formatCount, writeFileAtomic } from '../../../runtime/index.js';
import { compileOptions, openSession } from '../../context.js';
import { textTable } from '../../text-table.js';
import { collect, names } from './common.js';

const describeOptions = z.object({
  label: names,
  unit: z.string().optional(),
  drop: names,
  schema: z.string().optional(),
  schemaOut: z.string().optional(),
});

/** `anamnesis table describe <data>` */
export function addTableDescribe(table: Command): void {
  table
    .command('describe')
    .summary('how a file would be understood; a schema file to start from')
    .description(
      'Tells the kind of each column, what is set aside, and which columns follow from others. Learns nothing and writes no rows.',
    )
    .argument('<data>', 'CSV or Parquet file; - reads CSV from standard input')
    .option('--label <names>', 'column that somebody will want to predict (repeatable, or a,b)', collect, [])
    .option('--unit <column>', 'column that names the patient')
    .option('--drop <names>', 'columns that are not read (repeatable, or a,b)', collect, [])
    .option('--schema <yaml>', 'how to read the columns')
    .option('--schema-out <yaml>', 'write a schema file to start from')
    .action(async (data: string, _options: unknown, command: Command) => {
      const options = compileOptions(describeOptions, command);
      const session = openSession(command);
      const { output } = session;
      try {
        const { schemaYaml, ...result } = await describeTable(
          {
            file: data,
            labels: options.label,
            unit: options.unit,
            drop: options.drop,
            schemaFile: options.schema,
          },
          session.context(1),
        );
        output.line(`${formatCount(result.rows)} rows, ${result.columns.length} columns`);
        output.line();
        output.line(
          textTable(
            ['column', 'kind', 'role', 'missing', 'values'],
            result.columns.map((c) => [c.name, c.kind, c.role, formatCount(c.missing), c.about]),
          ),
        );
        output.line();
        for (const { name, reason } of result.setAside) output.line(`set aside: '${name}': ${reason}`);
        for (const notice of result.notices) output.line(`note: ${notice}`);
        for (const relation of result.relations) output.line(`relation: ${relation}`);
        if (options.schemaOut !== undefined) {
          await writeFileAtomic(options.schemaOut, schemaYaml);
          output.line(`Schema to start from: ${options.schemaOut}`);
        }
        output.json(result);
      } finally {
        await session.close();
      }
    });
}
