import type { Device, ImagingStudy, Supply } from '../../../cohort/index.js';
import type { PatientScope } from '../scope.js';
import { fixedConcept } from '../text/codes.js';
import { derivedId } from '../text/derived-id.js';
import { plainNumber, quote } from '../text/json.js';
import { hl7, identifierSystems as ids } from '../text/systems.js';
import { periodText, timeText } from '../text/time.js';
import { parseUdi } from './udi.js';

export function writeImagingStudy(scope: PatientScope, study: ImagingStudy): void {
  const { codes } = scope;
  const time = timeText(study.time);
  const instances = study.series.reduce((n, s) => n + s.instances.length, 0);
  const series = study.series.map((s, i) => {
    const images = s.instances.map(
      (image, k) =>
        `{"uid":"${image.uid}","sopClass":${codes.coding(image.sopClass)},"number":${k + 1},"title":${quote(image.title)}}`,
    );
    const list = images.length === 0 ? '' : `,"instance":[${images.join(',')}]`;
    return (
      `{"uid":"${s.uid}","number":${i + 1},"modality":${codes.coding(s.modality)},"numberOfInstances":${s.instances.length}` +
      `,"bodySite":${codes.coding(s.bodySite)},"started":"${time}"${list}}`
    );
  });
  const visit = scope.visit(study.encounter);
  scope.emit(
    'ImagingStudy',
    study.id,
    scope.heads.of('ImagingStudy', null, study.id) +
      `,"identifier":[{"use":"official","system":"${ids.dicom}","value":"urn:oid:${study.uid}"}],"status":"available"` +
      `${scope.subject}${scope.encounter(study.encounter)},"started":"${time}"` +
      `,"numberOfSeries":${study.series.length},"numberOfInstances":${instances},"procedureCode":[${codes.concept(study.codes)}]` +
      (visit === null ? '' : `,"location":${scope.shared.locations[visit.organization]!.reference}`) +
      (series.length === 0 ? '}' : `,"series":[${series.join(',')}]}`),
  );
}

/** Words that tell an implanted device, which alone may claim US Core's profile, from a wheelchair. */
const implant = /implant|pacemaker|stent|prosthe|valve|defibrillator|graft|intrauterine/i;

export function writeDevice(scope: PatientScope, d: Device): void {
  const udi = parseUdi(d.udi);
  const isImplant = d.codes.some((c) => implant.test(c.display));
  const properties = [
    udi.manufactured === null ? '' : `,"manufactureDate":"${udi.manufactured}"`,
    udi.expires === null ? '' : `,"expirationDate":"${udi.expires}"`,
    udi.lot === null ? '' : `,"lotNumber":${quote(udi.lot)}`,
    udi.serial === null ? '' : `,"serialNumber":${quote(udi.serial)}`,
  ].join('');
  const name = d.codes[0]?.display ?? '';
  scope.emit(
    'Device',
    d.id,
    scope.heads.of('Device', isImplant ? 'us-core-implantable-device' : null, d.id) +
      `,"udiCarrier":[{"deviceIdentifier":${quote(udi.device)},"carrierHRF":${quote(d.udi)}}]` +
      `,"status":"${d.end === null ? 'active' : 'inactive'}","distinctIdentifier":${quote(udi.device)}` +
      (d.manufacturer === null ? '' : `,"manufacturer":${quote(d.manufacturer)}`) +
      properties +
      (name === '' ? '' : `,"deviceName":[{"name":${quote(name)},"type":"user-friendly-name"}]`) +
      (d.model === null ? '' : `,"modelNumber":${quote(d.model)}`) +
      `,"type":${scope.codes.concept(d.codes)},"patient":${scope.patient}}`,
  );
  const id = derivedId(d.id, 'deviceUse');
  scope.emit(
    'DeviceUseStatement',
    id,
    scope.heads.of('DeviceUseStatement', null, id) +
      `,"status":"${d.end === null ? 'active' : 'completed'}"${scope.subject}` +
      `,"timingPeriod":${periodText(d.start, d.end)},"recordedOn":"${timeText(d.start)}"` +
      `,"device":${scope.sink.reference('Device', d.id)}}`,
  );
}

const deviceSupply = fixedConcept(hl7('supply-item-type'), 'device', 'Device');

export function writeSupply(scope: PatientScope, s: Supply): void {
  const supplier = scope.organization(s.encounter);
  scope.emit(
    'SupplyDelivery',
    s.id,
    scope.heads.of('SupplyDelivery', null, s.id) +
      `,"status":"completed","patient":${scope.patient},"type":${deviceSupply}` +
      `,"suppliedItem":{"quantity":{"value":${plainNumber(s.quantity)}},"itemCodeableConcept":${scope.codes.concept(s.codes)}}` +
      `,"occurrenceDateTime":"${timeText(s.time)}"` +
      (supplier === null ? '}' : `,"supplier":${supplier}}`),
  );
}
