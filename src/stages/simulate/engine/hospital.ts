import { parts } from './life.js';
import type { Life, Root } from './life.js';

/** Whether another module has the person acutely ill or in hospital, or the person is dying. */
export function isBusy(life: Life, root: Root): boolean {
  return root.dying || life.acuteModules > (root.acute ? 1 : 0);
}

/** A module's acute illness begins, or an admission: other hazards rest until it is over. */
export function sicken(life: Life, root: Root): void {
  if (root.acute) return;
  root.acute = true;
  life.acuteModules++;
  life.touch(parts.hospital);
}

/** The patient goes into hospital. */
export function admit(life: Life, root: Root): void {
  sicken(life, root);
  life.inHospital = root;
}

/** It is over, unless the patient is dying. */
export function recover(life: Life, root: Root): void {
  if (!root.acute || root.dying) return;
  root.acute = false;
  life.acuteModules--;
  life.touch(parts.hospital);
}

/** The patient leaves the hospital; with the outcome of a stay that none comes back from, hazards rest for good. */
export function discharge(life: Life, root: Root): void {
  if (life.inHospital === root) life.inHospital = null;
  life.lastDischarge = life.now;
  root.lastDischarge = life.now;
  life.returning = root.returning;
  root.returning = 1;
  recover(life, root);
  life.touch(parts.hospital);
}

const mostDays = 30 * 86_400_000;

/**
 * When somebody who is in hospital by another module can be seen elsewhere: at the end of the step in which that stay ends, or, where its end is not
 * known, to be asked again at the next step (for a month at most: modules may forget an admission). NaN: now.
 */
export function freeAgain(life: Life, root: Root | null): number {
  const patient = life.inHospital;
  if (patient === null || patient === root) return NaN;
  if (patient.stay !== null) return life.stepEnd(patient.stay.end + 1);
  const admission = life.record.encounters[patient.encounter];
  const open = admission?.end === null && life.now - admission.start < mostDays;
  return open ? life.stepEnd(life.now + 1) : NaN;
}
