import type { Origin } from '../../../../cohort/index.js';
import type { StateDefinition } from '../../module/schema.js';
import type { CompileContext } from '../program.js';
import {
  compileCounter,
  compileDelay,
  compileGuard,
  compileSetAttribute,
  compileSymptom,
  compileVitalSign,
  runCall,
  runNothing,
  runTerminal,
} from './control.js';
import type { Run } from './control.js';
import { compileDeath } from './death.js';
import { compileEncounter, compileEncounterEnd } from './encounter.js';
import { compileEnding } from './ending.js';
import { compileHazard } from './hazard.js';
import { compileHospitalStay } from './hospital-stay.js';
import { compileDiagnosticReport, compileMultiObservation, compileObservation } from './observation.js';
import { compileOnset } from './onset.js';
import { compilePhysiology } from './physiology.js';
import { compileImagingStudy, compileProcedure } from './procedure.js';
import {
  compileCarePlanStart,
  compileDevice,
  compileMedicationOrder,
  compileSupplyList,
  compileVaccine,
} from './treatment.js';

/** Where a state stands. */
export interface Place {
  readonly origin: Origin;
  readonly moduleName: string;
  /** Collects what the module's guards read. */
  readonly guards: Set<number>;
}

/** What a state does when a life comes to it. */
export function compileState(
  state: StateDefinition,
  { origin, moduleName, guards }: Place,
  context: CompileContext,
): Run {
  switch (state.type) {
    case 'Initial':
    case 'Simple':
      return runNothing;
    case 'Terminal':
      return runTerminal;
    case 'CallSubmodule':
      return runCall;
    case 'Delay':
      return compileDelay(state);
    case 'Guard':
      return compileGuard(state, context, guards);
    case 'SetAttribute':
      return compileSetAttribute(state, context);
    case 'Counter':
      return compileCounter(state, context);
    case 'Symptom':
      return compileSymptom(state, moduleName);
    case 'VitalSign':
      return compileVitalSign(state, vitalDecimals(state.vital_sign, context));
    case 'Physiology':
      return compilePhysiology(state, context);
    case 'Death':
      return compileDeath(state, context);
    case 'Encounter':
      return compileEncounter(state, origin, context);
    case 'EncounterEnd':
      return compileEncounterEnd(state);
    case 'ConditionOnset':
    case 'AllergyOnset':
      return compileOnset(state, origin, context);
    case 'ConditionEnd':
    case 'AllergyEnd':
    case 'MedicationEnd':
    case 'CarePlanEnd':
    case 'DeviceEnd':
      return compileEnding(state, context);
    case 'MedicationOrder':
      return compileMedicationOrder(state, origin, context);
    case 'anamnesis:Hazard':
      return compileHazard(state, context, guards);
    case 'anamnesis:HospitalStay':
      return compileHospitalStay(state, origin, context);
    case 'CarePlanStart':
      return compileCarePlanStart(state, origin, context);
    case 'Device':
      return compileDevice(state, origin, context);
    case 'SupplyList':
      return compileSupplyList(state, origin);
    case 'Vaccine':
      return compileVaccine(state, origin, context);
    case 'Procedure':
      return compileProcedure(state, origin, context);
    case 'ImagingStudy':
      return compileImagingStudy(state, origin, context);
    case 'Observation':
      return compileObservation(state, origin, context);
    case 'MultiObservation':
      return compileMultiObservation(state, origin, context);
    case 'DiagnosticReport':
      return compileDiagnosticReport(state, origin, context);
  }
}

function vitalDecimals(name: string, context: CompileContext): number {
  return context.world.isVitalSign(name) ? context.world.vitalFacts(name).decimals : 1;
}
