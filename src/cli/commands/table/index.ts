import type { Command } from 'commander';
import { addTableDescribe } from './describe.js';
import { addTableEvaluate } from './evaluate.js';
import { addTableFit } from './fit.js';
import { addTableSample } from './sample.js';

/** `anamnesis table fit | sample | evaluate | describe` */
export function addTable(program: Command): void {
  const table = program
    .command('table')
    .summary('one table: learn it, draw synthetic rows, judge them')
    .description(
      `For people who have just a CSV. No blueprint, no schema file: three commands lead from a real table to a synthetic one with a report on its utility,
fidelity and privacy (docs/table.md).`,
    )
    .addHelpText(
      'after',
      `
The way:
  anamnesis table fit data.csv --label readmitted_30d -o model/
  anamnesis table sample model/ -n 10000 -o synthetic.csv
  anamnesis table evaluate data.csv synthetic.csv --model model/ -o report/`,
    );
  for (const add of [addTableFit, addTableSample, addTableEvaluate, addTableDescribe]) add(table);
}
