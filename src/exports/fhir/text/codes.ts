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

/**
 * JSON of codings, each made once: a population uses a few thousand codes, its records millions of times. Bounded by the vocabulary
 * of the modules, not by patients.
 */
export class Codes {
  readonly #codings = new Map<string, string>();
  readonly #texts = new Map<string, string>();

  coding(c: Coding): string {
    const key = `${c.system}|${c.code}|${c.display}`;
    const known = this.#codings.get(key);
    if (known !== undefined) return known;
    const code = c.system === 'DICOM-SOP' ? `urn:oid:${c.code}` : c.code;
    const made = coding(systemUris[c.system], code, c.display === '' ? undefined : c.display);
    this.#codings.set(key, made);
    return made;
  }

  /** A display as JSON string. */
  text(display: string): string {
    const known = this.#texts.get(display);
    if (known !== undefined) return known;
    const made = quote(display);
    this.#texts.set(display, made);
    return made;
  }

  /** All codings of an entry; its text is the first display. */
  concept(codes: readonly Coding[]): string {
    const first = codes[0];
    if (first === undefined) return '{}';
    if (codes.length === 1) return this.concept1(first);
    let list = this.coding(first);
    for (let i = 1; i < codes.length; i++) list += `,${this.coding(codes[i]!)}`;
    return `{"coding":[${list}]${this.#named(first)}}`;
  }

  concept1(c: Coding): string {
    return `{"coding":[${this.coding(c)}]${this.#named(c)}}`;
  }

  #named(c: Coding): string {
    return c.display === '' ? '' : `,"text":${this.text(c.display)}`;
  }
}
