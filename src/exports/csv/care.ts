import type { Allergy } from '../../cohort/index.js';
import type { CsvCell } from '../../core/index.js';
import type { RowContext, Rows } from './rows.js';
import { codeCells, date, encounterId, money, payerId, reasonCells, time } from './rows.js';

export function conditionRows(context: RowContext): Rows {
  return context.record.conditions.map((condition) => [
    date(condition.recorded),
    date(condition.abatement),
    context.patient,
    encounterId(context, condition.encounter),
    ...codeCells(condition.codes),
  ]);
}

/** Synthea's names of code systems in `allergies`. */
const allergySystems: Readonly<Record<string, string>> = { SNOMED: 'SNOMED-CT', RXNORM: 'RxNorm' };

export function allergyRows(context: RowContext): Rows {
  return context.record.allergies.map((allergy) => [
    date(allergy.start),
    date(allergy.end),
    context.patient,
    encounterId(context, allergy.encounter),
    allergy.codes[0]?.code ?? null,
    allergySystems[allergy.codes[0]?.system ?? ''] ?? allergy.codes[0]?.system ?? null,
    allergy.codes[0]?.display ?? null,
    allergy.type,
    allergy.category,
    ...reaction(allergy, 0),
    ...reaction(allergy, 1),
  ]);
}

function reaction({ reactions }: Allergy, position: number): CsvCell[] {
  const found = reactions[position];
  if (found === undefined) return [null, null, null];
  return [found.manifestation.code, found.manifestation.display, found.severity.toUpperCase()];
}

export function procedureRows(context: RowContext): Rows {
  return context.record.procedures.map((procedure) => [
    time(procedure.start),
    time(procedure.end),
    context.patient,
    encounterId(context, procedure.encounter),
    ...codeCells(procedure.codes),
    money(procedure.cost),
    ...reasonCells(procedure.reason),
  ]);
}

export function medicationRows(context: RowContext): Rows {
  return context.record.medications.map((medication, i) => {
    const charge = context.charges.medications[i]!;
    return [
      time(medication.start),
      time(medication.end),
      context.patient,
      payerId(context, medication.encounter),
      encounterId(context, medication.encounter),
      ...codeCells(medication.codes),
      money(medication.cost),
      money(charge.covered),
      medication.dispenses,
      money(charge.total),
      ...reasonCells(medication.reason),
    ];
  });
}

export function immunizationRows(context: RowContext): Rows {
  return context.record.immunizations.map((immunization) => [
    time(immunization.time),
    context.patient,
    encounterId(context, immunization.encounter),
    ...codeCells(immunization.codes),
    money(immunization.cost),
  ]);
}

export function carePlanRows(context: RowContext): Rows {
  return context.record.carePlans.map((plan) => [
    plan.id,
    date(plan.start),
    date(plan.end),
    context.patient,
    encounterId(context, plan.encounter),
    ...codeCells(plan.codes),
    ...reasonCells(plan.reason),
  ]);
}

/** `imaging_studies`: one row an instance. */
export function imagingRows(context: RowContext): Rows {
  return context.record.imaging.flatMap((study) =>
    study.series.flatMap((series) =>
      series.instances.map((instance) => [
        study.id,
        time(study.time),
        context.patient,
        encounterId(context, study.encounter),
        series.uid,
        ...codeCells([series.bodySite]),
        ...codeCells([series.modality]),
        instance.uid,
        ...codeCells([instance.sopClass]),
        study.codes[0]?.code ?? null,
      ]),
    ),
  );
}

export function deviceRows(context: RowContext): Rows {
  return context.record.devices.map((device) => [
    time(device.start),
    time(device.end),
    context.patient,
    encounterId(context, device.encounter),
    ...codeCells(device.codes),
    device.udi,
  ]);
}

export function supplyRows(context: RowContext): Rows {
  return context.record.supplies.map((supply) => [
    date(supply.time),
    context.patient,
    encounterId(context, supply.encounter),
    ...codeCells(supply.codes),
    supply.quantity,
  ]);
}
