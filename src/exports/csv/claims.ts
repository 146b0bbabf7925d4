import { uuidFrom } from '../uuid.js';
import type { CsvCell } from '../../core/index.js';
import type { RowContext, Rows } from './rows.js';
import { money, payerId, time } from './rows.js';

/** Columns for diagnoses in a claim. */
const diagnosisSlots = 8;
/** Synthea's claim types: 1 professional, 2 institutional. */
const claimType = { professional: 1, institutional: 2 } as const;
const institutional = new Set(['inpatient', 'icu', 'emergency', 'observation', 'snf', 'hospice']);

/**
 * `claims` in a simple form: one claim an encounter and one a medication, billed at its end and settled, the patient's part included. A claim's id is
 * derived from the id of what it bills.
 */
export function claimRows(context: RowContext): Rows {
  const { record, charges } = context;
  const rows: CsvCell[][] = [];
  const diagnoses = diagnosesByEncounter(context);
  for (const [i, encounter] of record.encounters.entries()) {
    const reason = encounter.reason === null ? [] : [encounter.reason.code.code];
    rows.push(
      claim(context, {
        id: uuidFrom('claim', encounter.id),
        encounter: i,
        diagnoses: [...new Set([...reason, ...(diagnoses.get(i) ?? [])])],
        billed: encounter.end ?? record.endTime,
        owed: charges.encounters[i]!.total - charges.encounters[i]!.covered,
        type: institutional.has(encounter.class) ? 'institutional' : 'professional',
      }),
    );
  }
  for (const [i, medication] of record.medications.entries()) {
    if (medication.encounter === null) continue;
    rows.push(
      claim(context, {
        id: uuidFrom('claim', medication.id),
        encounter: medication.encounter,
        diagnoses: medication.reason === null ? [] : [medication.reason.code.code],
        billed: medication.start,
        owed: charges.medications[i]!.total - charges.medications[i]!.covered,
        type: 'professional',
      }),
    );
  }
  return rows;
}

function claim(
  context: RowContext,
  parts: {
    readonly id: string;
    readonly encounter: number;
    readonly diagnoses: readonly string[];
    readonly billed: number;
    readonly owed: number;
    readonly type: keyof typeof claimType;
  },
): CsvCell[] {
  const { record, directory, patient } = context;
  const encounter = record.encounters[parts.encounter]!;
  const provider = directory.practitioners[encounter.practitioner]?.id ?? null;
  const billed = time(parts.billed);
  const slots = Array.from({ length: diagnosisSlots }, (_, k) => parts.diagnoses[k] ?? null);
  return [
    parts.id,
    patient,
    provider,
    payerId(context, parts.encounter),
    null,
    // Departments: Synthea numbers them at random; no department is known here.
    ...[null, null],
    ...slots,
    null,
    encounter.id,
    time(encounter.start),
    time(encounter.start),
    provider,
    ...['CLOSED', null, 'CLOSED'],
    ...[money(0), null, money(0)],
    ...[billed, null, parts.owed > 0 ? billed : null],
    claimType[parts.type],
    0,
  ];
}

/** Codes of the conditions recorded in each encounter, in the order of the record. */
function diagnosesByEncounter({ record }: RowContext): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, string[]>();
  for (const { encounter, codes } of record.conditions) {
    if (encounter === null || codes[0] === undefined) continue;
    const list = found.get(encounter);
    if (list === undefined) found.set(encounter, [codes[0].code]);
    else list.push(codes[0].code);
  }
  return found;
}
