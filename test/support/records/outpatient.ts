import type { Rng } from '../../../src/core/index.js';
import {
  chronic,
  code,
  drugs,
  episodes,
  loinc,
  oral,
  procedures,
  rxnorm,
  snomed,
  vaccines,
} from './codes.js';
import type { Life } from './life.js';
import { chance, day, dicomUid, hour, pick } from './random.js';
import { findings, lipids, vitalSigns } from './vitals.js';

/** Allergies that nobody was seen for, and one that passed. */
export function childhoodAllergy(life: Life, rng: Rng): void {
  const start = life.person.birthTime + 60 * day;
  if (chance(rng, 0.5)) {
    life.addAllergy({
      codes: [snomed('91935009', 'Allergy to peanut (finding)')],
      start,
      end: null,
      type: 'allergy',
      category: 'food',
      reactions: [
        { manifestation: snomed('39579001', 'Anaphylaxis (disorder)'), severity: 'severe' },
        { manifestation: snomed('247472004', 'Wheal (finding)'), severity: 'mild' },
      ],
    });
    life.addAllergy({
      codes: [rxnorm('7984', 'Penicillin V')],
      start,
      end: start + 60 * day > life.endTime ? null : start + 60 * day,
      type: 'intolerance',
      category: 'medication',
      reactions: [],
    });
  }
}

/** A yearly visit: vital signs, answers, a lipid panel, a vaccine, and now and then a long-term condition with drug and care plan. */
export function checkUp(life: Life, rng: Rng, at: { time: number; age: number }): void {
  const { time, age } = at;
  life.visit('wellness', { start: time, end: time + hour });
  for (const draft of vitalSigns(rng, age)) life.addObservation(time + 600_000, draft);
  for (const draft of findings(rng)) life.addObservation(time + 700_000, draft);
  const panel = lipids(rng).map((draft) => life.addObservation(time + 800_000, draft));
  life.addReport({
    codes: [loinc('57698-3', 'Lipid panel with direct LDL - Serum or Plasma')],
    time: time + 800_000,
    category: 'LAB',
    observations: panel,
    cost: 41.5,
  });
  life.addImmunization({
    codes: pick(rng, vaccines),
    time: time + 1_000_000,
    dose: 1 + rng.int(3),
    cost: 140.52,
  });
  if (chance(rng, 0.4)) startChronic(life, rng, time);
}

function startChronic(life: Life, rng: Rng, time: number): void {
  const condition = life.addCondition({
    codes: pick(rng, chronic),
    onset: Math.max(life.person.birthTime, time - 90 * day),
    recorded: time,
    abatement: null,
    category: 'problem-list-item',
  });
  const reason = life.because(condition);
  life.addTruth({
    time,
    kind: 'onset',
    name: reason.code.code,
    value: Math.max(life.person.birthTime, time - 90 * day),
  });
  life.addMedication({
    codes: pick(rng, drugs),
    start: time + 1_200_000,
    end: null,
    endReason: null,
    chronic: true,
    administered: false,
    reason,
    dosage: {
      asNeeded: chance(rng, 0.2),
      dose: { value: 1, unit: 'tablet' },
      timing: { frequency: 2, period: 1, periodUnit: 'd' },
      route: oral,
      instructions: [snomed('311504000', 'With or after food')],
    },
    dispenses: 12,
    cost: 9.4,
  });
  life.addCarePlan({
    codes: [snomed('443402002', 'Lifestyle education regarding hypertension (procedure)')],
    start: time,
    end: chance(rng, 0.5) ? time + 20 * day : null,
    reason,
    activities: [
      snomed('386463000', 'Prescribed activity/exercise education (procedure)'),
      snomed('413473000', 'Counseling about alcohol consumption (procedure)'),
    ],
    goals: [
      {
        id: life.newId(),
        text: 'Hemoglobin A1c total in Blood < 7.0',
        measure: {
          code: loinc('4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood'),
          comparator: '<',
          value: 7,
          unit: '%',
        },
        addresses: [condition],
      },
      { id: life.newId(), text: 'Improve and maintain quality of life', measure: null, addresses: [] },
    ],
  });
}

/** An episode of illness that passes, seen in the practice. */
export function clinicVisit(life: Life, rng: Rng, time: number): void {
  const codes = pick(rng, episodes);
  life.visit(
    'ambulatory',
    { start: time, end: time + hour / 2 },
    { reason: { code: codes[0]!, condition: null } },
  );
  const condition = life.addCondition({
    codes,
    onset: time,
    recorded: time,
    abatement: time + 10 * day,
    category: 'encounter-diagnosis',
  });
  const reason = life.because(condition);
  life.addMedication({
    codes: [rxnorm('313782', 'acetaminophen 325 MG Oral Tablet')],
    start: time,
    end: time + 7 * day,
    endReason: snomed('182840001', 'Drug treatment stopped - medical advice'),
    chronic: false,
    administered: false,
    reason,
    dosage: { asNeeded: true, dose: null, timing: null, route: null, instructions: [] },
    dispenses: 1,
    cost: 4.2,
  });
  const [procedure] = procedures;
  life.addProcedure({
    codes: procedure!,
    start: time + 60_000,
    end: time + 16 * 60_000,
    reason,
    cost: 516.65,
  });
  life.addNote({
    codes: [loinc('34117-2', 'History and physical note')],
    time: time + hour / 2,
    text: noteText,
  });
}

const noteText =
  '# Chief complaint\n“Pain”, since 3 days; <none> else & no fever.\n\tTemp 37.2 °C – normal.\n';

/** An injury: imaging, a drug given by staff, supplies; perhaps seen by urgent care. */
export function emergency(life: Life, rng: Rng, time: number): void {
  life.visit(chance(rng, 0.3) ? 'urgentcare' : 'emergency', { start: time, end: time + 3 * hour });
  const condition = life.addCondition({
    codes: [
      snomed('65966004', 'Fracture of forearm (disorder)'),
      code(
        'ICD10CM',
        'S52.90XA',
        'Unspecified fracture of unspecified forearm, initial encounter for closed fracture',
      ),
    ],
    onset: time - 2 * hour,
    recorded: time,
    abatement: time + 20 * day,
    category: 'encounter-diagnosis',
  });
  const reason = life.because(condition);
  life.addImaging({
    codes: [snomed('1225002', 'Radiography of humerus (procedure)')],
    time: time + hour,
    uid: dicomUid(rng),
    series: [
      {
        uid: dicomUid(rng),
        bodySite: snomed('40983000', 'Structure of upper arm (body structure)'),
        modality: code('DICOM-DCM', 'DX', 'Digital Radiography'),
        instances: [0, 1].map((i) => ({
          uid: dicomUid(rng),
          title: `Image ${i + 1} of forearm`,
          sopClass: code('DICOM-SOP', '1.2.840.10008.5.1.4.1.1.1.1', 'Digital X-Ray Image Storage'),
        })),
      },
    ],
  });
  life.addReport({
    codes: [loinc('24533-2', 'MR Abdomen vessels W contrast IV')],
    time: time + 2 * hour,
    category: 'RAD',
    observations: [],
    cost: 0,
  });
  life.addMedication({
    codes: [rxnorm('1049221', 'acetaminophen 325 MG / oxycodone hydrochloride 5 MG Oral Tablet')],
    start: time + hour,
    end: time + hour,
    endReason: null,
    chronic: false,
    administered: true,
    reason,
    dosage: null,
    dispenses: 1,
    cost: 12,
  });
  life.addSupply({
    codes: [snomed('467645007', 'Cervical collar (physical object)')],
    time: time + 2 * hour,
    quantity: 2,
  });
}

/** A call by video: nothing but a survey with an answer from a list. */
export function remoteVisit(life: Life, rng: Rng, time: number): void {
  life.visit('virtual', { start: time, end: time + hour / 4 });
  life.addObservation(time, {
    codes: [loinc('76690-7', 'Sexual orientation')],
    category: 'social-history',
    value: { kind: 'coding', coding: snomed('20430005', 'Heterosexual (finding)') },
  });
  if (chance(rng, 0.5)) {
    life.addObservation(time, {
      codes: [loinc('86849-7', 'Optic fundi image')],
      category: 'imaging',
      value: { kind: 'attachment', contentType: 'image/png', title: 'Fundus', url: null },
    });
  }
}
