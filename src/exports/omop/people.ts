import type { Address, Directory } from '../../cohort/index.js';
import { isoDate, sqlTime } from '../times.js';
import type { RunFacts } from '../types.js';
import {
  ethnicityConcepts,
  genderConcepts,
  generalPractice,
  placeConcepts,
  raceConcepts,
  typeConcepts,
  visitConcepts,
} from './concepts.js';
import type { Cells, OmopTable, RecordRows, TableRows } from './rows.js';

/** Rows that stand once: locations and care sites of organizations, providers, and what the data are. */
export function directoryRows(tables: TableRows, directory: Directory, facts: RunFacts): void {
  const put = (table: OmopTable, cells: Cells): void => {
    tables.row(table).setAll(cells).write();
  };
  for (const [i, organization] of directory.organizations.entries()) {
    put('location', location(i + 1, organization.address));
    put('care_site', {
      care_site_id: i + 1,
      care_site_name: organization.name,
      place_of_service_concept_id: placeConcepts[organization.kind],
      location_id: i + 1,
      care_site_source_value: organization.id,
      place_of_service_source_value: organization.kind,
    });
  }
  for (const [i, one] of directory.practitioners.entries()) {
    put('provider', {
      provider_id: i + 1,
      provider_name: `${one.given} ${one.family}`,
      npi: one.npi,
      specialty_concept_id: one.specialty === 'GENERAL PRACTICE' ? generalPractice : 0,
      care_site_id: one.organization + 1,
      gender_concept_id: genderConcepts[one.sex],
      provider_source_value: one.id,
      specialty_source_value: one.specialty,
      specialty_source_concept_id: 0,
      gender_source_value: one.sex,
      gender_source_concept_id: 0,
    });
  }
  put('cdm_source', {
    cdm_source_name: 'Anamnesis synthetic patients',
    cdm_source_abbreviation: 'Anamnesis',
    cdm_holder: 'synthetic data, no holder',
    source_description: `Synthetic (${facts.generation}), seed ${facts.seed}; no record belongs to a person.`,
    cdm_etl_reference: `${facts.generator.name} ${facts.generator.version}`,
    source_release_date: isoDate(facts.endTime),
    cdm_release_date: isoDate(facts.recordedTime),
    cdm_version: '5.4',
    cdm_version_concept_id: 0,
    vocabulary_version: 'none',
  });
}

function location(id: number, address: Address): Cells {
  return {
    location_id: id,
    address_1: address.line,
    city: address.city,
    state: address.state,
    zip: address.postalCode,
    country_concept_id: 0,
    country_source_value: address.country,
    latitude: address.latitude,
    longitude: address.longitude,
  };
}

/** Person, location, observation period (birth to the end of the record), death, payer plans. */
export function personRows(rows: RecordRows, directory: Directory): void {
  const { person, endTime, coverages } = rows.record;
  const birth = new Date(person.birthTime);
  const place = directory.organizations.length + rows.person;
  rows.row('location').setAll(location(place, person.address)).write();
  rows
    .row('person')
    .setAll({
      person_id: rows.person,
      gender_concept_id: genderConcepts[person.sex],
      year_of_birth: birth.getUTCFullYear(),
      month_of_birth: birth.getUTCMonth() + 1,
      day_of_birth: birth.getUTCDate(),
      birth_datetime: sqlTime(Math.floor(person.birthTime / 1000) * 1000),
      race_concept_id: raceConcepts[person.race],
      ethnicity_concept_id: ethnicityConcepts[person.ethnicity],
      location_id: place,
      person_source_value: person.id,
      gender_source_value: person.sex,
      gender_source_concept_id: 0,
      race_source_value: person.race,
      race_source_concept_id: 0,
      ethnicity_source_value: person.ethnicity,
      ethnicity_source_concept_id: 0,
    })
    .write();
  rows
    .begin('observation_period')
    .set('observation_period_start_date', isoDate(person.birthTime))
    .set('observation_period_end_date', isoDate(endTime))
    .set('period_type_concept_id', typeConcepts.ehr)
    .write();
  if (person.deathTime !== null) {
    rows
      .row('death')
      .set('person_id', rows.person)
      .moment('death', person.deathTime)
      .set('death_type_concept_id', typeConcepts.ehr)
      .coded('cause_source_value', person.causeOfDeath === null ? [] : [person.causeOfDeath])
      .write();
  }
  for (const coverage of coverages) {
    rows
      .begin('payer_plan_period')
      .set('payer_plan_period_start_date', isoDate(coverage.start))
      .set('payer_plan_period_end_date', isoDate(coverage.end ?? endTime))
      .set('payer_concept_id', 0)
      .set('payer_source_value', directory.payers[coverage.payer]?.name)
      .set('payer_source_concept_id', 0)
      .set('plan_source_value', coverage.memberId)
      .write();
  }
}

/** Where an entry of the record belongs: numbers of its visit and of its stay within the visit. */
export interface Place {
  readonly visit: number;
  readonly detail: number | null;
}

const visitColumnsOf = (prefix: string) => ({
  concept: `${prefix}_concept_id`,
  start: `${prefix}_start`,
  end: `${prefix}_end`,
  type: `${prefix}_type_concept_id`,
  source: `${prefix}_source_value`,
  sourceConcept: `${prefix}_source_concept_id`,
});
const visitColumns = {
  visit_occurrence: visitColumnsOf('visit'),
  visit_detail: visitColumnsOf('visit_detail'),
};

/**
 * Visits, and stays within them (an ICU stay inside an admission) as visit details. Gives the place of each encounter. A visit that has not ended ends
 * with the record.
 */
export function visitRows(rows: RecordRows): readonly Place[] {
  const { encounters, endTime } = rows.record;
  const places: Place[] = [];
  let previous: number | null = null;
  for (const encounter of encounters) {
    const parent = encounter.parent === null ? undefined : places[encounter.parent];
    const table = parent === undefined ? 'visit_occurrence' : 'visit_detail';
    const columns = visitColumns[table];
    const row = rows
      .begin(table)
      .set(columns.concept, visitConcepts[encounter.class])
      .moment(columns.start, encounter.start)
      .moment(columns.end, encounter.end ?? Math.max(endTime, encounter.start))
      .set(columns.type, typeConcepts.encounter)
      .set('provider_id', encounter.practitioner + 1)
      .set('care_site_id', encounter.organization + 1)
      .set(columns.source, encounter.id)
      .set(columns.sourceConcept, 0)
      .set('admitted_from_concept_id', 0)
      .set('admitted_from_source_value', encounter.admitSource?.code)
      .set('discharged_to_concept_id', 0)
      .set('discharged_to_source_value', encounter.dischargeDisposition?.code);
    if (parent === undefined) row.set('preceding_visit_occurrence_id', previous);
    else row.set('visit_occurrence_id', parent.visit).set('parent_visit_detail_id', parent.detail);
    row.write();
    const number = rows.last(table);
    places.push(
      parent === undefined ? { visit: number, detail: null } : { visit: parent.visit, detail: number },
    );
    if (parent === undefined) previous = number;
  }
  return places;
}
