import { at, isObject, listOf, walk } from './json.js';
import type { Finding, Json, Resource } from './json.js';

/** Beginnings of FHIR's choice elements (`value[x]`) in the resources that we write. */
const choices =
  'value effective onset abatement performed occurrence medication deceased reported asNeeded dose rate timing doseNumber serviced detail due start location'.split(
    ' ',
  );
const choicePattern = new RegExp(`^(${choices.join('|')})[A-Z]`);
/** Plain properties that look like one of several types of a choice. */
const plain = new Set(['doseAndRate', 'startDate', 'valueSet', 'locationReference', 'medicationReference']);

const dateTime =
  /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?$/;
/** Properties that hold a time, by the end of their name. */
const timed =
  /(DateTime|Date|^start|^end|^issued|^recorded|^created|^started|^date|^lastUpdated|^recordedOn|^authoredOn|birthDate)$/;
/** Times that need not lie within the life: of the export, of the device's making, of bills after the fact. */
const outsideLife =
  /^(Provenance|Claim|ExplanationOfBenefit|Coverage)\.|\.meta\.|^Device\.(manufacture|expiration)Date$|^DocumentReference\.date$/;

export interface Life {
  /** Milliseconds since 1970. */
  readonly birth: number;
  readonly end: number;
}

/** What no validator looks for: FHIR sense that needs two elements, two resources or the patient's life. */
export function checkResource(resource: Resource, life: Life | null): Finding[] {
  const found: Finding[] = [];
  const report = (message: string): void => {
    found.push({ check: 'rule', type: resource.resourceType, id: resource.id, message });
  };
  walk(resource, resource.resourceType, (object, path) => {
    twoChoices(object, path, report);
    backwards(object, path, report);
    for (const [key, value] of Object.entries(object)) {
      if (typeof value === 'string' && timed.test(key)) checkTime(value, `${path}.${key}`, { life, report });
    }
  });
  return found;
}

type Report = (message: string) => void;

function twoChoices(object: Json, path: string, report: Report): void {
  const seen = new Set<string>();
  for (const key of Object.keys(object)) {
    const choice = choicePattern.exec(key)?.[1];
    if (choice === undefined || plain.has(key)) continue;
    if (seen.has(choice)) report(`two of ${choice}[x] at ${path}`);
    seen.add(choice);
  }
}

function backwards(object: Json, path: string, report: Report): void {
  const { start, end } = object;
  if (typeof start === 'string' && typeof end === 'string' && Date.parse(end) < Date.parse(start)) {
    report(`ends before it starts at ${path}`);
  }
  const { onsetDateTime, abatementDateTime } = object;
  if (typeof onsetDateTime === 'string' && typeof abatementDateTime === 'string') {
    if (Date.parse(abatementDateTime) < Date.parse(onsetDateTime))
      report(`abates before its onset at ${path}`);
  }
}

function checkTime(text: string, path: string, about: { life: Life | null; report: Report }): void {
  const time = Date.parse(text);
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  if (!dateTime.test(text) || Number.isNaN(time)) {
    about.report(`no date or time at ${path}`);
  } else if (text.length >= 10 && day.toISOString().slice(0, 10) !== text.slice(0, 10)) {
    about.report(`a day that the calendar has not at ${path}`);
  } else if (about.life !== null && !outsideLife.test(path)) {
    const start =
      text.length === 10 ? Math.floor(about.life.birth / 86_400_000) * 86_400_000 : about.life.birth;
    if (time < Math.floor(start / 1000) * 1000) about.report(`before birth at ${path}`);
    if (time > about.life.end) about.report(`after the end of the record at ${path}`);
  }
}

/** Ids that occur twice and references to nothing, within all resources that are loaded together. */
export function checkSet(resources: readonly Resource[]): Finding[] {
  const found: Finding[] = [];
  const known = new Set<string>();
  for (const r of resources) {
    if (known.has(`${r.resourceType}/${r.id}`)) {
      found.push({ check: 'rule', type: r.resourceType, id: r.id, message: 'the same id twice' });
    }
    known.add(`${r.resourceType}/${r.id}`).add(`urn:uuid:${r.id}`);
  }
  for (const r of resources) {
    walk(r, r.resourceType, (object, path) => {
      const { reference } = object;
      if (typeof reference === 'string' && !known.has(reference)) {
        found.push({
          check: 'rule',
          type: r.resourceType,
          id: r.id,
          message: `refers to nothing at ${path}`,
        });
      }
    });
  }
  return found;
}

/** The envelope of a transaction: every entry a request and an address of its own. */
export function checkBundle(bundle: unknown): Finding[] {
  const found: Finding[] = [];
  const addresses = new Set<string>();
  if (!isObject(bundle) || bundle['type'] !== 'transaction') {
    found.push({ check: 'rule', type: 'Bundle', id: '', message: 'no transaction' });
  }
  for (const entry of listOf(at(bundle, ['entry']))) {
    const [url] = at(entry, ['fullUrl']);
    const [id] = at(entry, ['resource', 'id']);
    const [type] = at(entry, ['resource', 'resourceType']);
    const [method] = at(entry, ['request', 'method']);
    const [target] = at(entry, ['request', 'url']);
    const wrong =
      url !== `urn:uuid:${String(id)}` || method !== 'POST' || target !== type || addresses.has(url);
    if (wrong) {
      found.push({
        check: 'rule',
        type: String(type),
        id: String(id),
        message: 'an entry that no server can take',
      });
    }
    addresses.add(String(url));
  }
  return found;
}
