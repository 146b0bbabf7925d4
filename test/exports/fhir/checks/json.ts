/** Any JSON object, as a check walks it. */
export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A resource that was read from an export. */
export type Resource = Json & { readonly resourceType: string; readonly id: string };

export function isResource(value: unknown): value is Resource {
  return isObject(value) && typeof value['resourceType'] === 'string' && typeof value['id'] === 'string';
}

/** One thing that a check found. */
export interface Finding {
  readonly check: 'medplum' | 'us-core' | 'lantana' | 'binding' | 'slice' | 'fhirpath' | 'target' | 'rule';
  readonly type: string;
  readonly id: string;
  readonly message: string;
}

/** Calls `visit` for every object inside a value, with its path. */
export function walk(value: unknown, path: string, visit: (object: Json, path: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, path, visit);
  } else if (isObject(value)) {
    visit(value, path);
    for (const [key, child] of Object.entries(value)) {
      if (typeof child === 'object' && child !== null) walk(child, `${path}.${key}`, visit);
    }
  }
}

/** Everything at a dotted path, through lists. */
export function at(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => at(item, path));
  const [key, ...rest] = path;
  if (key === undefined) return value === undefined ? [] : [value];
  return isObject(value) ? at(value[key], rest) : [];
}

/** The entries of a list, or none where there is no list. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
