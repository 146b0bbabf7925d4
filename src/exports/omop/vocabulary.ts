import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../core/index.js';
import type { Database } from '../../duckdb/index.js';
import { sqlString } from '../../duckdb/index.js';
import { stagedRelation } from '../staged.js';
import { concepts, vocabularies } from './concepts.js';
import { stagedFile } from './rows.js';

/** Concepts of our own stand above this number, where OHDSI keeps room for local ones. */
const localConcepts = 2_000_000_000;

/**
 * Creates `omop_map(code, concept_id, domain_id, source_concept_id)` for every code in use, and `omop_concept`, the rows of table concept.
 * A code finds its standard concept in the Athena download if there is one, else among the built-in ones; its source concept is the
 * vocabulary's own, else a local one that holds its code and display.
 * @throws UserError `NO_VOCABULARY` when the folder holds no Athena download.
 */
export async function createVocabulary(
  db: Database,
  folder: string,
  athena: string | undefined,
): Promise<void> {
  const known = concepts.map(
    ({ id, name, domain, vocabulary, conceptClass, code }) =>
      `(${id}, ${[name, domain, vocabulary, conceptClass, code].map(sqlString).join(', ')})`,
  );
  await db.exec(`CREATE TABLE omop_known AS
    SELECT * FROM (VALUES ${known.join(', ')}) v(concept_id, concept_name, domain_id, vocabulary_id, concept_class_id, concept_code)`);
  const systems = Object.entries(vocabularies).map((pair) => `(${pair.map(sqlString).join(', ')})`);
  await db.exec(
    `CREATE TABLE omop_system AS SELECT * FROM (VALUES ${systems.join(', ')}) v(system, vocabulary_id)`,
  );
  await db.exec(`CREATE TABLE omop_code AS
    SELECT code, min(display) AS display, split_part(code, '//', 1) AS system, split_part(code, '//', 2) AS concept_code
    FROM ${stagedRelation(path.join(folder, stagedFile('codes')), { code: 'VARCHAR', display: 'VARCHAR' })} GROUP BY code`);
  await readAthena(db, athena);
  await db.exec(`CREATE TABLE omop_map AS
    SELECT c.code, coalesce(a.standard_id, k.concept_id, 0) AS concept_id,
      coalesce(a.standard_domain, k.domain_id) AS domain_id,
      coalesce(a.concept_id, k.concept_id,
        ${localConcepts} + row_number() OVER (PARTITION BY a.concept_id IS NULL AND k.concept_id IS NULL ORDER BY c.code)) AS source_concept_id,
      a.concept_id IS NULL AND k.concept_id IS NULL AS local
    FROM omop_code c
    LEFT JOIN omop_system s USING (system)
    LEFT JOIN omop_athena a ON a.vocabulary_id = s.vocabulary_id AND a.concept_code = c.concept_code
    LEFT JOIN omop_known k ON k.vocabulary_id = s.vocabulary_id AND k.concept_code = c.concept_code`);
  await db.exec(`INSERT INTO omop_map SELECT 'UCUM//' || concept_code, concept_id, domain_id, concept_id, FALSE FROM omop_known
    WHERE vocabulary_id = 'UCUM' AND 'UCUM//' || concept_code NOT IN (SELECT code FROM omop_map)`);
  await db.exec(`CREATE TABLE omop_concept AS
    SELECT concept_id, concept_name, domain_id, vocabulary_id, concept_class_id,
      CASE WHEN concept_id > 0 THEN 'S' END AS standard_concept, concept_code FROM omop_known
    UNION ALL
    SELECT DISTINCT concept_id, concept_name, domain_id, vocabulary_id, concept_class_id, standard_concept, concept_code
    FROM omop_used WHERE concept_id NOT IN (SELECT concept_id FROM omop_known)
    UNION ALL
    SELECT m.source_concept_id, left(c.display, 255), 'Metadata', 'Anamnesis', 'Undefined', NULL, left(m.code, 50)
    FROM omop_map m JOIN omop_code c USING (code) WHERE m.local`);
}

/** `omop_athena`: codes in use with their standard concept; `omop_used`: the concepts' own rows. Empty without a download. */
async function readAthena(db: Database, athena: string | undefined): Promise<void> {
  const columns =
    'concept_id BIGINT, concept_name VARCHAR, domain_id VARCHAR, vocabulary_id VARCHAR, concept_class_id VARCHAR, standard_concept VARCHAR, concept_code VARCHAR';
  if (athena === undefined) {
    await db.exec(`CREATE TABLE omop_used (${columns})`);
    await db.exec(
      'CREATE TABLE omop_athena (vocabulary_id VARCHAR, concept_code VARCHAR, concept_id BIGINT, standard_id BIGINT, standard_domain VARCHAR)',
    );
    return;
  }
  const file = (name: string): string => path.join(athena, name);
  for (const name of ['CONCEPT.csv', 'CONCEPT_RELATIONSHIP.csv']) {
    if (!existsSync(file(name)))
      throw new UserError('NO_VOCABULARY', `There is no ${name} in ${athena}.`, {
        expected: 'the unpacked folder of a download from athena.ohdsi.org',
        fix: 'give the folder that holds CONCEPT.csv, or leave the option vocabulary out',
      });
  }
  const tsv = (name: string): string =>
    `read_csv(${sqlString(file(name))}, delim = '\t', header = true, all_varchar = true, quote = '')`;
  await db.exec(`CREATE TABLE omop_own AS
    SELECT concept_id::BIGINT AS concept_id, concept_name, domain_id, vocabulary_id, concept_class_id, standard_concept, concept_code
    FROM ${tsv('CONCEPT.csv')} WHERE vocabulary_id IN (SELECT vocabulary_id FROM omop_system)
      AND concept_code IN (SELECT concept_code FROM omop_code)`);
  await db.exec(`CREATE TABLE omop_link AS
    SELECT concept_id_1::BIGINT AS own, min(concept_id_2::BIGINT) AS standard FROM ${tsv('CONCEPT_RELATIONSHIP.csv')}
    WHERE relationship_id = 'Maps to' AND nullif(invalid_reason, '') IS NULL
      AND concept_id_1::BIGINT IN (SELECT concept_id FROM omop_own) GROUP BY 1`);
  await db.exec(`CREATE TABLE omop_used AS SELECT * FROM omop_own UNION
    SELECT concept_id::BIGINT, concept_name, domain_id, vocabulary_id, concept_class_id, standard_concept, concept_code
    FROM ${tsv('CONCEPT.csv')} WHERE concept_id::BIGINT IN (SELECT standard FROM omop_link)`);
  await db.exec(`CREATE TABLE omop_athena AS
    SELECT o.vocabulary_id, o.concept_code, o.concept_id, s.concept_id AS standard_id, s.domain_id AS standard_domain
    FROM omop_own o LEFT JOIN omop_link l ON l.own = o.concept_id
    LEFT JOIN omop_used s ON s.concept_id = coalesce(CASE WHEN o.standard_concept = 'S' THEN o.concept_id END, l.standard)`);
}
