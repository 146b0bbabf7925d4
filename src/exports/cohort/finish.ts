import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { buildCohort, registerVocabularies } from '../../cohort/index.js';
import { sqlString } from '../../duckdb/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { RunFacts } from '../types.js';
import { stagedRelation } from '../staged.js';
import type { StagedTable } from '../store-layout.js';
import { stagedFile, stagedTables } from '../store-layout.js';

/** Systems that mean the same everywhere; what is none of them counts as unmapped in the store's report. */
const standardSystems = ['SNOMED', 'LOINC', 'RXNORM', 'ICD10CM', 'ICD10PCS', 'CPT', 'HCPCS', 'CVX'];

/**
 * Builds the store from the staged files and puts it in their place. Labs and vitals whose LOINC code the vocabulary knows get its canonical unit,
 * like an import's; a value in a unit without conversion stays as it is.
 */
export async function finishStore(
  at: { readonly folder: string; readonly rowsPerShard: number },
  facts: RunFacts,
  context: RunContext,
): Promise<void> {
  const store = path.join(at.folder, '.store');
  const rows = (table: StagedTable): string =>
    stagedRelation(path.join(at.folder, stagedFile(table)), stagedTables[table]);
  const options = {
    source: { id: 'simulated', title: 'Records made by Anamnesis' },
    options: {
      generation: facts.generation,
      seed: facts.seed,
      end: facts.endTime,
      generator: `${facts.generator.name} ${facts.generator.version}`,
    },
    rowsPerShard: at.rowsPerShard,
  };
  await buildCohort(store, options, context, async (writer) => {
    await registerVocabularies(writer.db);
    await writer.addSubjects(`SELECT * FROM ${rows('subjects')}`);
    await writer.addEncounters(`SELECT * FROM ${rows('encounters')}`);
    await writer.addEvents('events', eventSelect(rows('events')));
    await writer.addNotes('notes', `SELECT * FROM ${rows('notes')}`);
    await writer.addCodes(`SELECT code, min(display) AS display FROM ${rows('codes')} GROUP BY code`);
  });
  await rm(path.join(at.folder, '.staged'), { recursive: true });
  for (const name of await readdir(store)) await rename(path.join(store, name), path.join(at.folder, name));
  await rm(store, { recursive: true });
}

function eventSelect(events: string): string {
  const systems = standardSystems.map(sqlString).join(', ');
  return `
    SELECT e.* REPLACE (
        CASE WHEN u.loinc IS NULL THEN e.numeric_value ELSE e.numeric_value * u.factor + u.shift END AS numeric_value,
        CASE WHEN u.loinc IS NULL THEN e.unit ELSE l.unit END AS unit),
      split_part(e.code, '//', 1) IN (${systems}) AS mapped
    FROM ${events} e
    LEFT JOIN vocab_loinc l ON e.code = 'LOINC//' || l.loinc AND e.numeric_value IS NOT NULL
    LEFT JOIN vocab_unit u ON u.loinc = l.loinc AND u.source_unit = lower(trim(coalesce(e.unit, '')))`;
}
