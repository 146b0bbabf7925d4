import fhirPackage from 'fhir';
import type { Finding, Resource } from './json.js';

/** The `fhir` package: cardinalities and required bindings of R4's own definitions. */
export class LantanaCheck {
  readonly #fhir = new fhirPackage.Fhir();

  check(resource: Resource): Finding[] {
    return this.#fhir
      .validate(resource, { errorOnUnexpected: true })
      .messages.filter((m) => ['error', 'fatal'].includes(String(m.severity)))
      .map((m) => ({
        check: 'lantana',
        type: resource.resourceType,
        id: resource.id,
        message: `${m.location ?? ''} ${m.message ?? ''}`,
      }));
  }
}
