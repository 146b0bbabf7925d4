import { analyteCodes, measurementEvents } from '../measurements.js';
import type { StayEvent, TableImport } from './tables.js';
import { stayEvents, stayMeasurements } from './tables.js';

const id = 'BIGINT';
const text = 'VARCHAR';

/** A structured form whose entries become events: the field is the code, the choice its text. */
function form(
  name: string,
  columns: Readonly<Record<string, string>>,
  event: Omit<StayEvent, 'relation'>,
): TableImport {
  return {
    name,
    layout: { columns: { patientunitstayid: id, ...columns } },
    events: [{ sql: (relation) => stayEvents({ relation, ...event }) }],
  };
}

const plan = `'careplan'`;
const seen = `'observation'`;

const carePlans = [
  form(
    'carePlanGeneral',
    { cplitemoffset: id, cplgroup: text, cplitemvalue: text },
    {
      kind: plan,
      code: `'EICU_CAREPLAN//' || t.cplgroup`,
      minutes: 't.cplitemoffset',
      text: 't.cplitemvalue',
    },
  ),
  form(
    'carePlanGoal',
    { cplgoaloffset: id, cplgoalcategory: text, cplgoalvalue: text, cplgoalstatus: text },
    {
      kind: plan,
      code: `'EICU_GOAL//' || t.cplgoalcategory`,
      minutes: 't.cplgoaloffset',
      text: 't.cplgoalvalue',
      details: { status: 't.cplgoalstatus' },
    },
  ),
  form(
    'carePlanEOL',
    { cpleolsaveoffset: id },
    { kind: plan, code: `'EICU_CAREPLAN//End of life discussion'`, minutes: 't.cpleolsaveoffset' },
  ),
  form(
    'carePlanInfectiousDisease',
    { cplinfectdiseaseoffset: id, infectdiseasesite: text, infectdiseaseassessment: text },
    {
      kind: plan,
      code: `'EICU_INFECTION//' || t.infectdiseasesite`,
      minutes: 't.cplinfectdiseaseoffset',
      text: 't.infectdiseaseassessment',
    },
  ),
  form(
    'carePlanCareProvider',
    { careprovidersaveoffset: id, providertype: text, specialty: text },
    {
      kind: plan,
      code: `'EICU_CAREPLAN//Care provider'`,
      minutes: 't.careprovidersaveoffset',
      text: 'coalesce(t.specialty, t.providertype)',
    },
  ),
];

const flowsheet = (path: string): string =>
  `regexp_replace(${path}, '^flowsheet\\|Flowsheet Cell Labels\\|Nurs(e|ing) (Assessment|Care)\\|', '')`;

const nursing = ['nurseAssessment', 'nurseCare'].map((name) => {
  const offset = name === 'nurseCare' ? 'nursecareoffset' : 'nurseassessoffset';
  return form(
    name,
    { [offset]: id, cellattributepath: text, cellattributevalue: text },
    {
      kind: seen,
      code: `'EICU_NURSING//' || ${flowsheet('t.cellattributepath')}`,
      minutes: `t.${offset}`,
      number: 'TRY_CAST(t.cellattributevalue AS DOUBLE)',
      text: 'CASE WHEN TRY_CAST(t.cellattributevalue AS DOUBLE) IS NULL THEN t.cellattributevalue END',
    },
  );
});

/** A path ends in the choice that was ticked (or in a field's name, with the text typed into it): the rest is the code. */
const withField = (relation: string, columns: { path: string; value: string; prefix: string }): string => `(
  SELECT *, CASE WHEN ends_with(path, '/' || choice) THEN left(path, length(path) - length(choice) - 1) ELSE path END AS field
  FROM (SELECT *, regexp_replace(${columns.path}, '${columns.prefix}', '') AS path, coalesce(${columns.value}, '') AS choice FROM ${relation}))`;

const formControl = `'a control of the form, not a finding'`;

/** Scores of the Glasgow coma scale among the findings become LOINC codes. */
const physicalExam: TableImport = {
  name: 'physicalExam',
  layout: {
    columns: {
      patientunitstayid: id,
      physicalexamoffset: id,
      physicalexampath: text,
      physicalexamvalue: text,
      physicalexamtext: text,
    },
  },
  events: [
    {
      sql: (relation) => {
        const typed = `TRY_CAST(t.physicalexamtext AS DOUBLE) IS NOT NULL AND TRY_CAST(t.choice AS DOUBLE) IS NULL`;
        const field = withField(relation, {
          path: 'physicalexampath',
          value: 'physicalexamvalue',
          prefix: '^notes/Progress Notes/Physical Exam/(Physical Exam/)?',
        });
        const glasgow = `t.field IN ('Neurologic/GCS', 'Neurologic/GCS/Motor Score', 'Neurologic/GCS/Eyes Score', 'Neurologic/GCS/Verbal Score')`;
        return measurementEvents({
          rows: stayMeasurements({
            relation: field,
            sourceCode: `CASE WHEN ${typed} THEN t.field || '/' || t.choice
              WHEN ${glasgow} THEN replace(t.field, 'Neurologic/', '') ELSE t.field END`,
            minutes: 't.physicalexamoffset',
            number: 'coalesce(TRY_CAST(t.choice AS DOUBLE), TRY_CAST(t.physicalexamtext AS DOUBLE))',
            text: 't.physicalexamvalue',
            reject: `CASE WHEN regexp_matches(t.path, 'Obtain Options|Print "') THEN ${formControl} END`,
          }),
          codes: analyteCodes('eicu:exam'),
          system: 'EICU_EXAM',
        });
      },
    },
  ],
};

/** Structured entries of notes (social and family history, interventions …); eICU holds no free text. */
const note: TableImport = {
  name: 'note',
  layout: {
    columns: { patientunitstayid: id, noteoffset: id, notepath: text, notevalue: text, notetext: text },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation: withField(relation, {
            path: 'notepath',
            value: 'notevalue',
            prefix: '^notes/(Progress Notes/)?',
          }),
          kind: seen,
          code: `'EICU_NOTE//' || t.field`,
          minutes: 't.noteoffset',
          text: 't.notevalue',
          reject: `CASE WHEN regexp_matches(t.path,
            '^(Shared|View and Save)/|View Options|Obtain Options|Skip Screen|Include Rx|Save Options') THEN ${formControl} END`,
        }),
    },
  ],
};

export const formTables: readonly TableImport[] = [...carePlans, ...nursing, physicalExam, note];
