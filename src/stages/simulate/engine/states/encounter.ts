import { InternalError } from '../../../../core/index.js';
import type { Coding, EncounterClass, Origin } from '../../../../cohort/index.js';
import type { StateOf } from '../../module/schema.js';
import { byVideo } from '../care-setting.js';
import { codingOf, codingsOf } from '../codes.js';
import { closeLeft, endEncounter, startEncounter } from '../encounters.js';
import { admit, discharge, freeAgain, recover } from '../hospital.js';
import { parts, waiting } from '../life.js';
import type { Life, Root } from '../life.js';
import { outcome } from '../program.js';
import type { CompileContext, Frame } from '../program.js';
import { waitFor } from './control.js';
import type { Run } from './control.js';
import { compileReason } from './reason.js';

export function compileEncounter(state: StateOf<'Encounter'>, origin: Origin, context: CompileContext): Run {
  if (state.wellness === true) return wellness(origin.state);
  const codes = codingsOf(state.codes);
  const reason = compileReason(state.reason, context);
  const own: EncounterClass = state.encounter_class ?? 'ambulatory';
  const video = state.telemedicine_possibility ?? 'none';
  return (life, root) => {
    root.resumed = false;
    const free = freeAgain(life, root);
    if (free > life.now) return waitFor(life, root, free - life.now);
    const encounterClass =
      video === 'always' || (video === 'possible' && byVideo(root.rng, life.now)) ? 'virtual' : own;
    leave(life, root);
    const index = startEncounter(life, { class: encounterClass, codes, origin });
    root.encounter = index;
    if (encounterClass === 'inpatient') admit(life, root);
    diagnose(life, root, origin.state);
    life.record.encounters[index]!.reason = reason(life, root);
    return outcome.go;
  };
}

/** Waits for the next wellness visit; each module uses a visit once. */
function wellness(name: string): Run {
  return (life, root) => {
    root.resumed = false;
    if (life.wellness.time !== life.now || root.wellnessUsed === life.now) {
      root.waiting = waiting.wellness;
      life.queue.set(root.slot, Infinity);
      return outcome.wait;
    }
    root.wellnessUsed = life.now;
    leave(life, root);
    root.encounter = life.wellness.encounter;
    diagnose(life, root, name);
    renewChronic(life);
    return outcome.go;
  };
}

/** A module that goes to its next encounter has left the one before. */
function leave(life: Life, root: Root): void {
  if (root.encounter < 0) return;
  const before = life.record.encounters[root.encounter]!;
  if (before.end !== null || before.class === 'wellness') return;
  closeLeft(life, root.encounter);
  if (before.class === 'inpatient') discharge(life, root);
}

/** Conditions and allergies of this module that waited for this encounter are found and recorded. */
function diagnose(life: Life, root: Root, name: string): void {
  const frame = frameOf(root);
  if (frame.pending === null) return;
  const mine = frame.pending.filter((onset) => onset.target === name);
  if (mine.length === 0) return;
  frame.pending = frame.pending.filter((onset) => onset.target !== name);
  for (const onset of mine) onset.diagnose(life, root, onset.onset);
}

export function frameOf(root: Root): Frame {
  if (root.frame === null)
    throw new InternalError('NO_FRAME', `The module ${root.program.path} is not running.`);
  return root.frame;
}

const renewed: Coding = {
  system: 'SNOMED',
  code: '182840001',
  display: 'Drug treatment stopped - medical advice (situation)',
};

/** At the first use of a wellness visit the chronic drugs are prescribed anew, as in Synthea: the old order ends, a like one begins. */
function renewChronic(life: Life): void {
  if (life.wellness.renewed || life.chronic.size === 0) return;
  life.wellness.renewed = true;
  const { medications } = life.record;
  for (const [code, index] of life.chronic) {
    const old = medications[index]!;
    if (old.start === life.now) continue;
    old.end = life.now;
    old.endReason = renewed;
    medications.push({
      ...old,
      encounter: life.wellness.encounter,
      start: life.now,
      end: null,
      endReason: null,
    });
    life.owners.medications.push(life.owners.medications[index]!);
    const next = medications.length - 1;
    life.chronic.set(code, next);
    life.present.medications.set(code, next);
  }
  life.touch(parts.medications);
}

export function compileEncounterEnd(state: StateOf<'EncounterEnd'>): Run {
  const disposition =
    state.discharge_disposition === undefined ? null : codingOf(state.discharge_disposition);
  return (life, root) => {
    if (root.encounter >= 0) {
      const encounter = life.record.encounters[root.encounter]!;
      if (encounter.class !== 'wellness') endEncounter(life, root.encounter, life.now);
      encounter.dischargeDisposition = disposition;
      if (encounter.class === 'inpatient') discharge(life, root);
      else recover(life, root);
    }
    root.encounter = -1;
    return outcome.go;
  };
}
