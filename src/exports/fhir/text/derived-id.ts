/**
 * What FHIR has as resources of its own and the record holds inside an entry. The number goes into the derived id, so that each has
 * another one.
 */
const kinds = {
  claim: 1,
  benefit: 2,
  careTeam: 3,
  administration: 4,
  media: 5,
  deviceUse: 6,
  provenance: 7,
  location: 8,
  role: 9,
  causeOfDeath: 10,
} as const;

/**
 * Id of a resource derived from the entry with UUID `id`: the same UUID marked as version 8 (custom, RFC 9562 §5.8) with the kind in
 * the two digits after it. No random number is drawn, so derived resources move nothing.
 */
export function derivedId(id: string, kind: keyof typeof kinds): string {
  return `${id.slice(0, 14)}8${kinds[kind].toString(16).padStart(2, '0')}${id.slice(17)}`;
}
