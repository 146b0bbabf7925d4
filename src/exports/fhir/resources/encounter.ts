import type { Encounter, EncounterClass } from '../../../cohort/index.js';
import type { PatientScope } from '../scope.js';
import { coding, fixedConcept } from '../text/codes.js';
import { hl7, identifierSystems as ids } from '../text/systems.js';
import { periodText } from '../text/time.js';

const act = (code: string, display: string): string => coding(hl7('v3-ActCode'), code, display);
const ambulatory = act('AMB', 'ambulatory');

/** HL7 v3 ActEncounterCode of each class. */
const classes: Readonly<Record<EncounterClass, string>> = {
  wellness: ambulatory,
  ambulatory,
  outpatient: ambulatory,
  urgentcare: ambulatory,
  emergency: act('EMER', 'emergency'),
  inpatient: act('IMP', 'inpatient encounter'),
  icu: act('ACUTE', 'inpatient acute'),
  observation: act('OBSENC', 'observation encounter'),
  virtual: act('VR', 'virtual'),
  home: act('HH', 'home health'),
  snf: act('NONAC', 'inpatient non-acute'),
  hospice: act('NONAC', 'inpatient non-acute'),
};

const performer = fixedConcept(hl7('v3-ParticipationType'), 'PPRF', 'primary performer');

/** End of an encounter as it is written: one that death cut short ends with the record. */
export function encounterEnd(scope: PatientScope, e: Encounter): number | null {
  return e.end ?? (scope.record.person.deathTime === null ? null : Math.max(e.start, scope.record.endTime));
}

export function writeEncounter(scope: PatientScope, e: Encounter): void {
  const { codes, shared } = scope;
  const end = encounterEnd(scope, e);
  const period = periodText(e.start, end);
  const details = hospitalization(scope, e);
  scope.emit(
    'Encounter',
    e.id,
    scope.heads.of('Encounter', 'us-core-encounter', e.id) +
      `,"identifier":[{"use":"official","system":"${ids.entry}","value":"${e.id}"}]` +
      `,"status":"${end === null ? 'in-progress' : 'finished'}","class":${classes[e.class]}` +
      `,"type":[${codes.concept(e.codes)}]${scope.subject}` +
      `,"participant":[{"type":[${performer}],"period":${period},"individual":${shared.practitioners[e.practitioner]!.reference}}]` +
      `,"period":${period}${scope.reason(e.reason)}${details}` +
      `,"location":[{"location":${shared.locations[e.organization]!.reference}}]` +
      `,"serviceProvider":${shared.organizations[e.organization]!.reference}` +
      (e.parent === null ? '}' : `,"partOf":${scope.encounterReference(e.parent)}}`),
  );
}

function hospitalization(scope: PatientScope, e: Encounter): string {
  const parts: string[] = [];
  if (e.admitSource !== null) parts.push(`"admitSource":${scope.codes.concept1(e.admitSource)}`);
  if (e.dischargeDisposition !== null) {
    parts.push(`"dischargeDisposition":${scope.codes.concept1(e.dischargeDisposition)}`);
  }
  return parts.length === 0 ? '' : `,"hospitalization":{${parts.join(',')}}`;
}
