import { BindingCheck } from './bindings.js';
import { baseResources, baseTerminology } from './definitions.js';
import { Expansion } from './expansion.js';
import { InvariantCheck } from './invariants.js';
import type { Finding, Resource } from './json.js';
import { LantanaCheck } from './lantana.js';
import { MedplumCheck } from './medplum.js';
import { checkResource } from './rules.js';
import type { Life } from './rules.js';
import { shapeOf } from './shape.js';
import { SliceCheck } from './slices.js';
import { TargetCheck } from './targets.js';
import { readPackage, usCorePackage } from './us-core-package.js';

/** What our definitions say and Medplum gets wrong, with the reason; each is covered by another check of the union. */
const knownFalse: readonly { readonly type: string; readonly text: string; readonly why: string }[] = [
  {
    type: 'PractitionerRole',
    text: 'Constraint pd-1 not met',
    why: '`telecom or endpoint` applies `or` to lists that are no booleans; FHIRPath §4.5 makes a single item true, Medplum an error. fhirpath evaluates it.',
  },
];

/** The union of all offline checks. */
export class UnionCheck {
  readonly medplum: MedplumCheck;
  readonly bindings: BindingCheck;
  readonly targets: TargetCheck;
  readonly #slices: SliceCheck;
  readonly #lantana = new LantanaCheck();
  readonly #invariants: InvariantCheck;
  readonly #seen = new Set<string>();

  constructor() {
    const usCore = usCorePackage === undefined ? [] : readPackage(usCorePackage);
    const base = baseResources();
    this.targets = new TargetCheck(base);
    const sets = new Expansion([...baseTerminology(), ...usCore]);
    this.medplum = new MedplumCheck(usCore);
    this.bindings = new BindingCheck(sets, [...base, ...usCore]);
    this.#slices = new SliceCheck(sets, usCore);
    this.#invariants = new InvariantCheck(base, usCore);
  }

  /** How many distinct shapes the slow validators have seen. */
  get shapes(): number {
    return this.#seen.size;
  }

  /**
   * The quick checks look at every resource. The slow ones (Medplum, FHIRPath) look at every distinct shape once: resources that differ
   * in nothing but ids, times, numbers and free text conform to the same rules, and the quick checks look at those.
   */
  check(resource: Resource, life: Life | null, everyOne = false): Finding[] {
    const found = [
      ...this.#lantana.check(resource),
      ...this.bindings.check(resource),
      ...this.#slices.check(resource),
      ...checkResource(resource, life),
    ];
    const shape = everyOne ? '' : shapeOf(resource);
    if (!everyOne && this.#seen.has(shape)) return found;
    this.#seen.add(shape);
    return [...found, ...this.slow(resource)];
  }

  slow(resource: Resource): Finding[] {
    const medplum = this.medplum
      .check(resource)
      .filter((f) => !knownFalse.some((k) => k.type === f.type && f.message.includes(k.text)));
    return [...medplum, ...this.#invariants.check(resource)];
  }
}
