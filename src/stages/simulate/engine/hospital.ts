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

/** It is over, unless the patient is dying. */
export function recover(life: Life, root: Root): void {
  if (!root.acute || root.dying) return;
  root.acute = false;
  life.acuteModules--;
  life.touch(parts.hospital);
}

/** The patient leaves the hospital; with the outcome of a stay that none comes back from, hazards rest for good. */
export function discharge(life: Life, root: Root): void {
  life.lastDischarge = life.now;
  root.lastDischarge = life.now;
  recover(life, root);
  life.touch(parts.hospital);
}

/**
 * When somebody who is in hospital by another module can be seen elsewhere: at the end of the step in which that stay ends. NaN: now.
 */
export function freeAgain(life: Life, root: Root | null): number {
  const patient = life.inHospital;
  if (patient === null || patient === root || patient.stay === null) return NaN;
  return life.stepEnd(patient.stay.end + 1);
}
