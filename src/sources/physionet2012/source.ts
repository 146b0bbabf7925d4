import type { CohortWriter } from '../../cohort/index.js';
import { DataError, throwIfAborted } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import { readingCsv } from '../csv.js';
import type { Source } from '../types.js';
import type { SetFiles } from './files.js';
import { openSet, setsIn } from './files.js';
import type { ChallengeSet } from './options.js';
import { compilePhysionet2012Options } from './options.js';
import { encountersSql, measurementsSql, recordsTable, scoresSql, subjectsSql } from './sql.js';

/** The PhysioNet/Computing in Cardiology Challenge 2012: the first 48 hours of 12,000 unit stays, in sets a, b and c. */
export const physionet2012: Source = {
  id: 'physionet2012',
  title: 'PhysioNet/CinC Challenge 2012',

  async detect(dir) {
    return (await setsIn(dir)).length > 0;
  },

  async importInto(writer, dir, options, context) {
    const { sets } = compilePhysionet2012Options(options.settings);
    const chosen = await chooseSets(dir, sets);
    conventions.forEach((text) => {
      writer.remark(text);
    });
    await importSets(writer, await Promise.all(chosen.map((set) => openSet(dir, set))), context);
  },
};

const conventions = [
  'The Challenge gives no dates: every unit stay begins on 2001-01-01 00:00. Each record is a patient of its own.',
  'The end of a hospital stay is its length in days after the unit admission; the end of a unit stay is not known.',
  'SAPS-I and SOFA come with the outcomes and were not available at prediction: they are dated to the end of the 48 hours and marked.',
  'Mg is read as mg/dL, though the Challenge’s description says mmol/L.',
];

async function chooseSets(
  dir: string,
  wanted: readonly ChallengeSet[] | undefined,
): Promise<readonly ChallengeSet[]> {
  const present = await setsIn(dir);
  const missing = (wanted ?? []).filter((set) => !present.includes(set));
  if (missing.length > 0 || present.length === 0) {
    throw new DataError(
      'NO_FILE',
      `${dir} holds ${present.length === 0 ? 'no set' : 'not all sets'} of the Challenge.`,
      {
        expected: (wanted ?? ['a']).map((set) => `set-${set}/ or set-${set}.long.csv.gz`).join(', '),
        got: present.map((set) => `set ${set}`).join(', ') || 'none',
        fix: 'give the folder that holds the sets, or choose others with the option sets',
      },
    );
  }
  return wanted ?? present;
}

async function importSets(
  writer: CohortWriter,
  files: readonly SetFiles[],
  context: RunContext,
): Promise<void> {
  const task = context.progress.task('Reading Challenge 2012', files.length);
  for (const { set, records, outcomes } of files) {
    throwIfAborted(context.signal);
    task.note(`set ${set}`);
    if (outcomes === undefined)
      writer.remark(`Set ${set} has no Outcomes-${set}.txt: deaths and lengths of stay are not known.`);
    await readingCsv([records, ...(outcomes === undefined ? [] : [outcomes])], async () => {
      await writer.db.exec(
        `CREATE OR REPLACE TABLE challenge_record AS ${recordsTable(records.relation, outcomes?.relation)}`,
      );
      await writer.addSubjects(subjectsSql, `set-${set}`);
      await writer.addEncounters(encountersSql, `set-${set} (stays)`);
      await writer.addEvents(`set-${set} (measurements)`, measurementsSql(records.relation));
      if (outcomes !== undefined) await writer.addEvents(`Outcomes-${set} (scores)`, scoresSql);
    });
    task.advance();
  }
  task.done();
}
