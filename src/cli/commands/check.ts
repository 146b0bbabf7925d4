import type { Command } from 'commander';
import { CohortStore, computeMeasures, qualityMeasures } from '../../cohort/index.js';
import type { MeasureResult } from '../../cohort/index.js';
import { UserError } from '../../core/index.js';
import { formatCount } from '../../runtime/index.js';
import { checkOmop } from '../../exports/index.js';
import type { OmopCheck } from '../../exports/index.js';
import { openSession } from '../context.js';
import { textTable } from '../text-table.js';

/** `anamnesis check omop <folder>` and `anamnesis check measures <store>` */
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
  addMeasures(check);
}

function addMeasures(check: Command): void {
  check
    .command('measures')
    .summary('clinical quality measures over a cohort store, beside what is published')
    .description(
      `Computes clinical quality measures over a cohort store, simulated or real: who is screened, whose blood pressure and sugar are controlled, who dies
or has a complication after a stay. Beside each stands what is published for real people, and what Synthea's population reached in 2019 (Chen et al.).
The measures are re-stated: populations by age, sex and diagnosis, without the exclusions of the specifications.`,
    )
    .argument('<store>', 'a cohort store, e.g. out/cohort')
    .option(
      '--end <date>',
      'last day of the year that is looked at, YYYY-MM-DD (default: that of the last event)',
    )
    .action(async (folder: string, options: { end?: string }, command: Command) => {
      const session = openSession(command);
      try {
        const store = await CohortStore.open(folder);
        const end = options.end === undefined ? undefined : dayOf(options.end);
        const results = await computeMeasures(store, { end }, session.context(1));
        session.output.line(sayMeasures(results));
        session.output.json({ store: folder, sources: qualityMeasures.sources, measures: results });
      } finally {
        await session.close();
      }
    });
}

function dayOf(text: string): Date {
  const day = new Date(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(day.getTime()))
    throw new UserError('BAD_DATE', '--end is no day.', { expected: 'YYYY-MM-DD', got: text });
  return day;
}

function sayMeasures(results: readonly MeasureResult[]): string {
  const percent = (share: number): string => (100 * share).toFixed(1);
  const rows = results.map(({ definition, n, share, interval }) => [
    definition.id,
    definition.title,
    formatCount(n),
    share === null ? '' : percent(share),
    interval === null ? '' : `${percent(interval.low)}–${percent(interval.high)}`,
    definition.published === null ? '' : [...new Set(definition.published)].map(percent).join('–'),
    definition.synthea2019 === null ? '' : percent(definition.synthea2019),
    definition.better,
  ]);
  return textTable(['measure', 'what', 'n', 'here, %', '95 %', 'published', 'Synthea 2019', 'better'], rows);
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
