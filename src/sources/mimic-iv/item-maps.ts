import path from 'node:path';
import type { CohortWriter } from '../../cohort/index.js';
import type { CsvTable } from '../csv.js';
import { openCsv } from '../csv.js';
import { noItems } from './treatments.js';

/** Relations (itemid VARCHAR, code VARCHAR) that translate item ids. */
export interface ItemMaps {
  /** outputevents → LOINC. */
  readonly outputs: string;
  /** inputevents → RxNorm. */
  readonly inputs: string;
  /** procedureevents → SNOMED CT. */
  readonly procedures: string;
}

const omopColumns = {
  'itemid (omop_source_code)': 'VARCHAR',
  omop_vocabulary_id: 'VARCHAR',
  omop_concept_class_id: 'VARCHAR',
  omop_concept_code: 'VARCHAR',
};

/**
 * The MIMIC-IV concept mappings of the OHDSI working group, where the data folder has them (`vocab/mimic-mapping`). Only an item with
 * exactly one code is mapped; drugs only at the level of the clinical drug form, procedures only where the match is close.
 */
export async function itemMaps(writer: CohortWriter, dataRoot: string | undefined): Promise<ItemMaps> {
  const open = (name: string, columns: Readonly<Record<string, string>>): Promise<CsvTable | undefined> =>
    dataRoot === undefined
      ? Promise.resolve(undefined)
      : openCsv(path.join(dataRoot, 'vocab', 'mimic-mapping'), name, { columns });
  const outputs = await open('outputevents_to_loinc', omopColumns);
  const inputs = await open('inputevents_to_rxnorm', omopColumns);
  const procedures = await open('procedureevents_to_snomed', {
    subject_id: 'VARCHAR',
    predicate_id: 'VARCHAR',
    object_id: 'VARCHAR',
  });
  if (!outputs || !inputs || !procedures) {
    writer.remark(
      'Mapping files (vocab/mimic-mapping) are absent: inputs, outputs other than urine, and bedside procedures keep MIMIC’s item ids.',
    );
  }
  const item = '"itemid (omop_source_code)"';
  return {
    outputs: outputs
      ? single(
          `SELECT ${item} AS itemid, omop_concept_code AS code FROM ${outputs.relation} WHERE omop_vocabulary_id = 'LOINC'`,
        )
      : noItems,
    inputs: inputs
      ? single(`SELECT ${item} AS itemid, omop_concept_code AS code FROM ${inputs.relation}
          WHERE omop_vocabulary_id = 'RxNorm' AND omop_concept_class_id = 'Clinical Drug Form'`)
      : noItems,
    procedures: procedures
      ? single(`SELECT replace(subject_id, 'mimic:', '') AS itemid, replace(object_id, 'snomed:', '') AS code
          FROM ${procedures.relation} WHERE predicate_id IN ('skos:closeMatch', 'skos:exactMatch')`)
      : noItems,
  };
}

function single(select: string): string {
  return `(SELECT itemid, min(code) AS code FROM (${select}) GROUP BY itemid HAVING count(DISTINCT code) = 1)`;
}
