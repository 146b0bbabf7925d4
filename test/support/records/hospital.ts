import type { Rng } from '../../../src/core/index.js';
import type { Encounter } from '../../../src/cohort/index.js';
import { admissions, code, infusions, loinc, procedures, snomed } from './codes.js';
import type { Life } from './life.js';
import { chance, day, hour, level, pick } from './random.js';
import { quantity, vitalSigns } from './vitals.js';

/** An admission with an intensive-care stay inside it: hourly vital signs, drips, ventilation, a device, a discharge summary. */
export function hospitalStay(life: Life, rng: Rng, at: { time: number; stillThere: boolean }): void {
  const { time, stillThere } = at;
  const end = stillThere ? null : time + 5 * day;
  const codes = pick(rng, admissions);
  const about: Partial<Encounter> = {
    reason: { code: codes[0]!, condition: null },
    admitSource: code('ANAMNESIS', 'emd', 'From accident/emergency department'),
    dischargeDisposition: stillThere ? null : code('ANAMNESIS', '01', 'Discharged to home care or self care'),
  };
  const parent = life.visit('inpatient', { start: time, end }, about);
  const condition = life.addCondition({
    codes,
    onset: time - hour,
    recorded: time,
    abatement: stillThere ? null : time + 4 * day,
    category: 'encounter-diagnosis',
  });
  const stop = stillThere ? life.endTime : time + 2 * day;
  life.visit('icu', { start: time + 3 * hour, end: stillThere ? null : stop }, { parent });
  const reason = life.because(condition);
  intensiveCare(life, rng, { from: time + 3 * hour, to: stop, reason });
  if (!stillThere) {
    life.addNote({
      codes: [loinc('18842-5', 'Discharge summary')],
      time: stop,
      text: 'Discharged in stable condition.',
    });
  }
}

function intensiveCare(
  life: Life,
  rng: Rng,
  stay: { from: number; to: number; reason: Encounter['reason'] },
): void {
  const { from, to, reason } = stay;
  for (let t = from; t < to; t += 6 * hour) {
    for (const draft of vitalSigns(rng, 50).slice(2, 6)) life.addObservation(t, draft);
    life.addObservation(t, {
      codes: [loinc('2524-7', 'Lactate [Moles/volume] in Serum or Plasma')],
      category: 'laboratory',
      value: quantity(Math.max(0.3, level(rng, 2, 0.6, 1)), 'mmol/L', 1),
      referenceRange: { low: 0.5, high: 2 },
    });
  }
  life.addObservation(to - hour, {
    codes: [loinc('34534-8', '12 lead EKG panel')],
    category: 'procedure',
    value: {
      kind: 'sampled',
      unit: 'mV',
      periodMs: 10,
      origin: 0,
      series: [
        [0, 0.1, -0.25],
        [0.3, 1e-7, 2],
      ],
    },
  });
  for (const codes of infusions) {
    life.addMedication({
      codes,
      start: from,
      end: to - hour,
      endReason: null,
      chronic: false,
      administered: true,
      reason,
      dosage: {
        asNeeded: false,
        dose: { value: 0.5, unit: 'mg' },
        timing: { frequency: 1, period: 1, periodUnit: 'h' },
        route: snomed('47625008', 'Intravenous route (qualifier value)'),
        instructions: [],
      },
      dispenses: 1,
      cost: 80.25,
    });
  }
  life.addProcedure({ codes: procedures[3]!, start: from, end: to - hour, reason, cost: 2000 });
  if (chance(rng, 0.5)) {
    life.addDevice({
      codes: [snomed('706004007', 'Implantable cardiac pacemaker (physical object)')],
      start: from,
      end: chance(rng, 0.5) ? to - hour : null,
      manufacturer: 'Acme Devices',
      model: 'A-1',
      udi: '(01)00643169007222(11)200101(17)250101(10)1234(21)5678',
    });
  }
}
