import type { Address, Directory, Organization, Payer, Practitioner } from '../../cohort/index.js';
import type { RunFacts } from '../types.js';
import type { Heads } from './profiles.js';
import type { Sink } from './sink.js';
import { fixedConcept } from './text/codes.js';
import { derivedId } from './text/derived-id.js';
import { quote } from './text/json.js';
import { identifierSystems as ids, hl7 } from './text/systems.js';
import { nuccCodes } from './nucc.js';

/** A resource that belongs to the run and not to one patient. */
export interface SharedResource {
  readonly type: string;
  readonly id: string;
  readonly json: string;
  /** `Reference` to it, as JSON. */
  readonly reference: string;
  /** Search by its identifier, for conditional creation. */
  readonly search: string;
}

/** All shared resources, by position in the directory where they come from it. */
export interface SharedResources {
  readonly organizations: readonly SharedResource[];
  readonly locations: readonly SharedResource[];
  readonly practitioners: readonly SharedResource[];
  readonly roles: readonly SharedResource[];
  /** Insurers as organizations; null for the payer that stands for "no insurance". */
  readonly payers: readonly (SharedResource | null)[];
  /** What each payer pays, by position in the directory. */
  readonly terms: readonly Payer[];
  /** Organization of each practitioner, by position. */
  readonly workplaces: readonly number[];
  /** Anamnesis itself, the author of all records. */
  readonly software: SharedResource;
}

type References = Pick<Sink, 'reference'>;

export function makeShared(
  directory: Directory,
  facts: RunFacts,
  writer: { heads: Heads; refs: References },
): SharedResources {
  const { heads, refs } = writer;
  const make = (type: string, id: string, json: string): SharedResource => ({
    type,
    id,
    json,
    reference: refs.reference(type, id),
    search: `identifier=${ids.entry}|${id}`,
  });
  const organizations = directory.organizations.map((o) =>
    make('Organization', o.id, organization(o, heads)),
  );
  const locations = directory.organizations.map((o, i) => {
    const id = derivedId(o.id, 'location');
    return make('Location', id, location(o, heads.of('Location', 'us-core-location', id), organizations[i]!));
  });
  const practitioners = directory.practitioners.map((p) =>
    make('Practitioner', p.id, practitioner(p, heads, directory.organizations[p.organization]!)),
  );
  const roles = directory.practitioners.map((p, i) => {
    const id = derivedId(p.id, 'role');
    const at = {
      person: practitioners[i]!,
      organization: organizations[p.organization]!,
      location: locations[p.organization]!,
    };
    const head = heads.of('PractitionerRole', 'us-core-practitionerrole', id);
    return make(
      'PractitionerRole',
      id,
      role(p, head + identifier(id), { ...at, phone: directory.organizations[p.organization]!.phone }),
    );
  });
  const payers = directory.payers.map((p) =>
    p.kind === 'none' ? null : make('Organization', p.id, payer(p, heads)),
  );
  const device = {
    ...make('Device', softwareId, software(facts, heads)),
    search: `identifier=${ids.entry}|${encodeURIComponent(programName(facts))}`,
  };
  return {
    organizations,
    locations,
    practitioners,
    roles,
    payers,
    terms: directory.payers,
    workplaces: directory.practitioners.map((p) => p.organization),
    software: device,
  };
}

/** In the order in which a server without forward references could take them. */
export function allShared(shared: SharedResources): SharedResource[] {
  const payers = shared.payers.filter((p): p is SharedResource => p !== null);
  return [
    shared.software,
    ...payers,
    ...shared.organizations,
    ...shared.locations,
    ...shared.practitioners,
    ...shared.roles,
  ];
}

/** Id of the program's Device; its identifier has the version, so a server keeps one for each. */
const softwareId = '5a3f8e52-0d1c-4b6e-9d55-6f0c2d8f7a11';

const programName = (facts: RunFacts): string => `${facts.generator.name}@${facts.generator.version}`;
const identifier = (id: string): string => `,"identifier":[${entryIdentifier(id)}]`;
const entryIdentifier = (id: string): string => `{"system":"${ids.entry}","value":"${id}"}`;

/** A `ContactPoint` list with one telephone. */
export const phoneText = (phone: string, use: 'work' | 'home'): string =>
  `[{"system":"phone","value":${quote(phone)},"use":"${use}"}]`;

/** `Address` as JSON. */
export function addressText(a: Address, use?: 'home'): string {
  const position =
    a.latitude === null || a.longitude === null
      ? ''
      : `"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/geolocation","extension":[` +
        `{"url":"latitude","valueDecimal":${a.latitude}},{"url":"longitude","valueDecimal":${a.longitude}}]}],`;
  return (
    `{${position}${use === undefined ? '' : `"use":"${use}",`}"line":[${quote(a.line)}],"city":${quote(a.city)},` +
    `"state":${quote(a.state)},"postalCode":${quote(a.postalCode)},"country":${quote(a.country)}}`
  );
}

function organization(o: Organization, heads: Heads): string {
  return (
    heads.of('Organization', 'us-core-organization', o.id) +
    `,"identifier":[{"system":"${ids.npi}","value":"${o.npi}"},${entryIdentifier(o.id)}],"active":true` +
    `,"type":[${fixedConcept(hl7('organization-type'), 'prov', 'Healthcare Provider')}],"name":${quote(o.name)}` +
    `,"telecom":${phoneText(o.phone, 'work')},"address":[${addressText(o.address)}]}`
  );
}

function payer(p: Payer, heads: Heads): string {
  const kind = p.kind === 'government' ? ['pay', 'Payer'] : ['ins', 'Insurance Company'];
  return (
    heads.of('Organization', 'us-core-organization', p.id) +
    `${identifier(p.id)},"active":true,"type":[${fixedConcept(hl7('organization-type'), kind[0]!, kind[1])}]` +
    `,"name":${quote(p.name)}}`
  );
}

function location(o: Organization, head: string, owner: SharedResource): string {
  const { latitude, longitude } = o.address;
  const position =
    latitude === null || longitude === null
      ? ''
      : `,"position":{"longitude":${longitude},"latitude":${latitude}}`;
  return (
    `${head}${identifier(derivedId(o.id, 'location'))},"status":"active","name":${quote(o.name)},"mode":"instance"` +
    `,"telecom":${phoneText(o.phone, 'work')},"address":${addressText({ ...o.address, latitude: null })}${position}` +
    `,"managingOrganization":${owner.reference}}`
  );
}

function practitioner(p: Practitioner, heads: Heads, at: Organization): string {
  return (
    heads.of('Practitioner', 'us-core-practitioner', p.id) +
    `,"identifier":[{"system":"${ids.npi}","value":"${p.npi}"},${entryIdentifier(p.id)}],"active":true` +
    `,"name":[{"use":"official","family":${quote(p.family)},"given":[${quote(p.given)}],"prefix":[${quote(p.prefix)}]}]` +
    `,"telecom":${phoneText(at.phone, 'work')},"address":[${addressText(at.address)}],"gender":"${p.sex}"}`
  );
}

function role(
  p: Practitioner,
  head: string,
  at: { person: SharedResource; organization: SharedResource; location: SharedResource; phone: string },
): string {
  const nucc = nuccCodes.get(p.specialty.toUpperCase());
  const concept =
    nucc === undefined
      ? `{"text":${quote(p.specialty)}}`
      : `{"coding":[{"system":"http://nucc.org/provider-taxonomy","code":"${nucc.code}","display":${quote(nucc.display)}}],"text":${quote(p.specialty)}}`;
  return (
    `${head},"active":true,"practitioner":${at.person.reference},"organization":${at.organization.reference}` +
    `,"code":[${concept}],"specialty":[${concept}],"location":[${at.location.reference}],"telecom":${phoneText(at.phone, 'work')}}`
  );
}

function software(facts: RunFacts, heads: Heads): string {
  const { name, version } = facts.generator;
  return (
    `${heads.of('Device', null, softwareId)},"identifier":[{"system":"${ids.entry}","value":${quote(programName(facts))}}]` +
    `,"status":"active"` +
    `,"deviceName":[{"name":${quote(name)},"type":"model-name"}],"type":{"text":"Generator of synthetic records"}` +
    `,"version":[{"value":${quote(version)}}]}`
  );
}
