import type { Coding } from '../../../cohort/index.js';
import { endEncounter, startEncounter } from '../engine/encounters.js';
import type { Life } from '../engine/life.js';

const certification: Coding = {
  system: 'SNOMED',
  code: '308646001',
  display: 'Death certification (procedure)',
};
const causeOfDeath: Coding = {
  system: 'LOINC',
  code: '69453-9',
  display: 'Cause of Death [US Standard Certificate of Death]',
};
const certificate: Coding = {
  system: 'LOINC',
  code: '69409-1',
  display: 'U.S. standard certificate of death - 2003 revision',
};

/** A death with a known cause is certified, at its own time. */
export function certifyDeath(life: Life, time: number): void {
  if (life.causeOfDeath === null) return;
  life.now = time;
  const origin = { module: 'death', state: 'Certificate' };
  const encounter = startEncounter(life, { class: 'ambulatory', codes: [certification], origin });
  endEncounter(life, encounter, time);
  const { observations, reports } = life.record;
  observations.push({
    id: '',
    codes: [causeOfDeath],
    encounter,
    origin,
    time,
    category: 'exam',
    value: { kind: 'coding', coding: life.causeOfDeath },
    components: [],
    referenceRange: null,
  });
  reports.push({
    id: '',
    codes: [certificate],
    encounter,
    origin,
    time,
    category: 'PAT',
    observations: [observations.length - 1],
    cost: 0,
  });
}
