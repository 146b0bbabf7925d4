import type { Coding } from '../../../cohort/index.js';
import { quote } from './json.js';
import { systemUris } from './systems.js';

/** A `Coding` of a fixed vocabulary as JSON. */
export function coding(system: string, code: string, display?: string): string {
  const name = display === undefined ? '' : `,"display":${quote(display)}`;
  return `{"system":"${system}","code":${quote(code)}${name}}`;
}

/** A `CodeableConcept` with one coding of a fixed vocabulary as JSON. */
export function fixedConcept(system: string, code: string, display?: string): string {
  return `{"coding":[${coding(system, code, display)}]}`;
}

/** What is made of a coding once. */
interface CodeTexts {
  readonly display: string;
  readonly coding: string;
  /** A `CodeableConcept` with this coding alone. */
  readonly concept: string;
  /** `,"text":…` of a concept whose first coding it is. */
  readonly named: string;
}

/**
 * JSON of codings, each made once: a population uses a few thousand codes, its records millions of times. Bounded by the vocabulary
 * of the modules, not by patients.
 */
export class Codes {
  /** By system and code; one code may have several displays. */
  readonly #known = new Map<Coding['system'], Map<string, CodeTexts[]>>();
  readonly #texts = new Map<string, string>();

  /** A display as JSON string. */
  text(display: string): string {
    const known = this.#texts.get(display);
    if (known !== undefined) return known;
    const made = quote(display);
    this.#texts.set(display, made);
    return made;
  }

  coding(c: Coding): string {
    return this.#of(c).coding;
  }

  /** All codings of an entry; its text is the first display. */
  concept(codes: readonly Coding[]): string {
    const first = codes[0];
    if (first === undefined) return '{}';
    const { coding: text, concept, named } = this.#of(first);
    if (codes.length === 1) return concept;
    let list = text;
    for (let i = 1; i < codes.length; i++) list += `,${this.coding(codes[i]!)}`;
    return `{"coding":[${list}]${named}}`;
  }

  concept1(c: Coding): string {
    return this.#of(c).concept;
  }

  #of(c: Coding): CodeTexts {
    let codes = this.#known.get(c.system);
    if (codes === undefined) this.#known.set(c.system, (codes = new Map<string, CodeTexts[]>()));
    let list = codes.get(c.code);
    if (list === undefined) codes.set(c.code, (list = []));
    for (const known of list) if (known.display === c.display) return known;
    const made = this.#make(c);
    list.push(made);
    return made;
  }

  #make({ system, code, display }: Coding): CodeTexts {
    const own = system === 'DICOM-SOP' ? `urn:oid:${code}` : code;
    const text = coding(systemUris[system], own, display === '' ? undefined : display);
    const named = display === '' ? '' : `,"text":${this.text(display)}`;
    return { display, coding: text, concept: `{"coding":[${text}]${named}}`, named };
  }
}
