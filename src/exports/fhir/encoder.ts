import type { Directory, PatientRecord } from '../../cohort/index.js';
import type { Chunk, RecordEncoder, RunFacts } from '../types.js';
import type { CompiledFhirOptions } from './options.js';
import { Heads } from './profiles.js';
import { PatientScope } from './scope.js';
import type { ExportScope } from './scope.js';
import { makeShared } from './shared.js';
import type { SharedResource, SharedResources } from './shared.js';
import { createSink } from './sink.js';
import type { Sink } from './sink.js';
import { Codes } from './text/codes.js';
import { writeCarePlan } from './resources/care-plan.js';
import { writeEncounterClaim } from './resources/claim.js';
import { writeAllergy, writeCondition } from './resources/condition.js';
import { writeCoverage } from './resources/coverage.js';
import { writeEncounter } from './resources/encounter.js';
import { writeDevice, writeImagingStudy, writeSupply } from './resources/imaging.js';
import { writeMedication } from './resources/medication.js';
import { writeNote } from './resources/note.js';
import { writeObservation } from './resources/observation.js';
import { writeCauseOfDeath, writePatient } from './resources/patient.js';
import { writeImmunization, writeProcedure } from './resources/procedure.js';
import { writeProvenance } from './resources/provenance.js';
import { writeReport } from './resources/report.js';

/** `lastUpdated` belongs to what a server gave out, as Bulk Data is; a transaction is what a server is given. */
export function headsFor(options: CompiledFhirOptions, facts: RunFacts): Heads {
  return new Heads(options.usCore !== 'none', options.layout === 'ndjson' ? facts.recordedTime : null);
}

export class FhirEncoder implements RecordEncoder {
  readonly #sink: Sink;
  readonly #scope: ExportScope;

  constructor(options: CompiledFhirOptions, directory: Directory, facts: RunFacts) {
    const sink = createSink(options);
    const heads = headsFor(options, facts);
    this.#sink = sink;
    this.#scope = {
      facts,
      heads,
      codes: new Codes(),
      sink,
      shared: makeShared(directory, facts, { heads, refs: sink }),
      claims: options.claims,
    };
  }

  add(record: PatientRecord): void {
    this.#sink.open({ index: record.index, id: record.person.id });
    writeRecord(new PatientScope(this.#scope, record));
    for (const shared of sharedBy(record, this.#scope.shared))
      this.#sink.share(shared.type, shared.id, shared);
    this.#sink.close();
  }

  take(): Chunk[] {
    return this.#sink.take();
  }
}

/** Everything about one patient; what refers to something comes after it where FHIR has no cycle. */
function writeRecord(scope: PatientScope): void {
  const { record } = scope;
  writePatient(scope);
  for (const c of record.coverages) writeCoverage(scope, c);
  for (const e of record.encounters) writeEncounter(scope, e);
  record.conditions.forEach((c, i) => {
    writeCondition(scope, c, i);
  });
  for (const a of record.allergies) writeAllergy(scope, a);
  for (const o of record.observations) writeObservation(scope, o);
  writeCauseOfDeath(scope);
  for (const r of record.reports) writeReport(scope, r);
  for (const p of record.procedures) writeProcedure(scope, p);
  for (const m of record.medications) writeMedication(scope, m);
  for (const i of record.immunizations) writeImmunization(scope, i);
  for (const s of record.imaging) writeImagingStudy(scope, s);
  for (const d of record.devices) writeDevice(scope, d);
  for (const s of record.supplies) writeSupply(scope, s);
  for (const p of record.carePlans) writeCarePlan(scope, p);
  for (const n of record.notes) writeNote(scope, n);
  record.encounters.forEach((e, i) => {
    writeEncounterClaim(scope, e, i);
  });
  writeProvenance(scope);
}

/** The shared resources that a record refers to, so that its Bundle is complete. */
function sharedBy(record: PatientRecord, shared: SharedResources): Set<SharedResource> {
  const used = new Set<SharedResource>([shared.software]);
  for (const e of record.encounters) {
    const practitioner = shared.practitioners[e.practitioner]!;
    used.add(shared.organizations[e.organization]!);
    used.add(shared.locations[e.organization]!);
    used.add(practitioner);
    const role = shared.roles[e.practitioner]!;
    used.add(role);
    // the role may name another organization than the one visited
    used.add(shared.organizations[shared.workplaces[e.practitioner]!]!);
    used.add(shared.locations[shared.workplaces[e.practitioner]!]!);
  }
  for (const c of record.coverages) {
    const payer = shared.payers[c.payer] ?? null;
    if (payer !== null) used.add(payer);
  }
  return used;
}
