import type { Command } from 'commander';
import { formatCount } from '../../runtime/index.js';
import { checkOmop } from '../../exports/index.js';
import type { OmopCheck } from '../../exports/index.js';
import { openSession } from '../context.js';
import { textTable } from '../text-table.js';

/** `anamnesis check omop <folder>` */
export function addCheck(program: Command): void {
  const check = program
    .command('check')
    .summary('check exported data against the rules of its format')
    .description('Checks a folder of exported data, of any origin, against the rules of its format.');
  check
    .command('omop')
    .summary("OHDSI's data quality checks over tables of the OMOP CDM 5.4")
    .description(
      `Runs the checks of OHDSI's Data Quality Dashboard that apply to a CDM without its vocabularies over a folder of <table>.parquet or
<table>.csv files. Prints what fails, and the share of records that have a standard concept; exit code 3 when a check fails.`,
    )
    .argument('<folder>', 'the folder that holds the tables, e.g. out/omop')
    .action(async (folder: string, _options: unknown, command: Command) => {
      const session = openSession(command);
      const { output } = session;
      try {
        const checks = await checkOmop(folder, session.context(1));
        const failed = checks.filter((one) => !one.passed);
        for (const one of failed) output.line(`✗ ${sayCheck(one)}`);
        output.line(standardConcepts(checks));
        output.line(
          failed.length === 0
            ? `✓ ${formatCount(checks.length)} checks, none fails`
            : `${formatCount(checks.length)} checks, ${formatCount(failed.length)} fail`,
        );
        output.json({ folder, passed: failed.length === 0, checks });
        if (failed.length > 0) process.exitCode = 3;
      } finally {
        await session.close();
      }
    });
}

function sayCheck({ check, table, column, violated, rows }: OmopCheck): string {
  const where = column === null ? table : `${table}.${column}`;
  return `${check} ${where}: ${formatCount(violated)} of ${formatCount(rows)} rows`;
}

/** How much of each concept column is standard: no failure, but what a user of the tables wants to know first. */
function standardConcepts(checks: readonly OmopCheck[]): string {
  const rows = checks
    .filter((one) => one.check === 'standardConceptRecordCompleteness' && one.rows > 0)
    .map(({ table, column, violated, rows: all }) => [
      `${table}.${column ?? ''}`,
      formatCount(all),
      `${((100 * (all - violated)) / all).toFixed(1)} %`,
    ]);
  return textTable(['concept column', 'records', 'standard'], rows);
}
