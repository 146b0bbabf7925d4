import { gzipSync } from 'node:zlib';
import type { Chunk } from '../types.js';
import type { CompiledFhirOptions } from './options.js';
import { ByteBuffer } from '../byte-buffer.js';

/** Where resources go, and how they refer to each other there. */
export interface Sink {
  /** A `Reference` to a resource of this export, as JSON. */
  reference(type: string, id: string): string;
  /** A patient's files begin. */
  open(patient: { readonly index: number; readonly id: string }): void;
  /** One resource of the patient, complete JSON. */
  add(type: string, id: string, json: string): void;
  /** A resource that many patients share and that `search` finds on a server; once a patient. Not for a sink that holds them elsewhere. */
  share(type: string, id: string, shared: { readonly json: string; readonly search: string }): void;
  close(): void;
  take(): Chunk[];
}

export function createSink(options: CompiledFhirOptions): Sink {
  return options.layout === 'bundles' ? new BundleSink(options.gzip) : new NdjsonSink(options);
}

/**
 * A gzip member with an operating system byte of 255 (unknown, RFC 1952 §2.3.1), so that all platforms write the same. Level 6 gives
 * 4 % smaller files than level 3 at half its speed (docs/fhir.md).
 */
function compress(bytes: Uint8Array): Uint8Array {
  const packed = gzipSync(bytes, { level: 3 });
  packed[9] = 255;
  return packed;
}

/** One transaction Bundle a patient. References are `urn:uuid:`, which the server replaces by its own ids. */
class BundleSink implements Sink {
  readonly #gzip: boolean;
  readonly #buffer = new ByteBuffer();
  /** Where the patients' files lie in the buffer; compressed ones beside it. */
  #files: { readonly file: string; readonly end: number }[] = [];
  #packed: Chunk[] = [];
  #file = '';
  #first = true;

  constructor(gzip: boolean) {
    this.#gzip = gzip;
  }

  reference(_type: string, id: string): string {
    return `{"reference":"urn:uuid:${id}"}`;
  }

  open(patient: { readonly id: string }): void {
    this.#file = `${patient.id}.json`;
    this.#first = true;
    this.#buffer.write('{"resourceType":"Bundle","type":"transaction","entry":[\n');
  }

  add(type: string, id: string, json: string): void {
    this.#entry(id, json, `"POST","url":"${type}"`);
  }

  share(type: string, id: string, shared: { readonly json: string; readonly search: string }): void {
    this.#entry(id, shared.json, `"POST","url":"${type}","ifNoneExist":"${shared.search}"`);
  }

  #entry(id: string, json: string, request: string): void {
    const comma = this.#first ? '' : ',\n';
    this.#first = false;
    this.#buffer.write(
      `${comma}{"fullUrl":"urn:uuid:${id}","resource":${json},"request":{"method":${request}}}`,
    );
  }

  close(): void {
    this.#buffer.write('\n]}\n');
    if (this.#gzip) {
      this.#packed.push({ file: `${this.#file}.gz`, bytes: compress(this.#buffer.bytes()) });
      this.#buffer.clear();
    } else this.#files.push({ file: this.#file, end: this.#buffer.length });
  }

  take(): Chunk[] {
    const chunks = this.#packed;
    let start = 0;
    for (const { file, end } of this.#files) {
      chunks.push({ file, bytes: this.#buffer.bytes(start, end) });
      start = end;
    }
    this.#buffer.clear();
    this.#files = [];
    this.#packed = [];
    return chunks.sort((a, b) => (a.file < b.file ? -1 : 1));
  }
}

/** One file a resource type, a resource a line. References are `Type/id`. What patients share stands in the preamble. */
class NdjsonSink implements Sink {
  readonly #gzip: boolean;
  readonly #patientsPerFile: number;
  readonly #buffers = new Map<string, ByteBuffer>();
  /** Bytes by file; those of one patient stay apart when they are compressed, so that tasks may be cut anywhere. */
  #done = new Map<string, Uint8Array[]>();
  #part = '';

  constructor(options: CompiledFhirOptions) {
    this.#gzip = options.gzip;
    this.#patientsPerFile = options.patientsPerFile;
  }

  reference(type: string, id: string): string {
    return `{"reference":"${type}/${id}"}`;
  }

  open(patient: { readonly index: number }): void {
    const part = partName(patient.index, this.#patientsPerFile);
    if (part !== this.#part) this.#flush();
    this.#part = part;
  }

  add(type: string, _id: string, json: string): void {
    let buffer = this.#buffers.get(type);
    if (buffer === undefined) {
      buffer = new ByteBuffer();
      this.#buffers.set(type, buffer);
    }
    buffer.write(json + '\n');
  }

  share(): void {
    // the preamble has it
  }

  close(): void {
    if (this.#gzip) this.#flush();
  }

  #flush(): void {
    for (const [type, buffer] of this.#buffers) {
      if (buffer.length === 0) continue;
      const file = `${type}${this.#part}.ndjson${this.#gzip ? '.gz' : ''}`;
      const list = this.#done.get(file) ?? [];
      list.push(this.#gzip ? compress(buffer.bytes()) : new Uint8Array(buffer.bytes()));
      buffer.clear();
      this.#done.set(file, list);
    }
  }

  take(): Chunk[] {
    this.#flush();
    const chunks = [...this.#done].map(([file, parts]) => ({ file, bytes: joined(parts) }));
    this.#done = new Map();
    return chunks.sort((a, b) => (a.file < b.file ? -1 : 1));
  }
}

function partName(index: number, patientsPerFile: number): string {
  if (patientsPerFile === 0) return '';
  return `.${String(Math.floor(index / patientsPerFile) + 1).padStart(5, '0')}`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

/** The preamble of the shared resources in Bulk Data: one file a type. */
export function sharedFiles(
  resources: readonly { readonly type: string; readonly json: string }[],
  gzip: boolean,
): Chunk[] {
  const byType = new Map<string, string>();
  for (const r of resources) byType.set(r.type, `${byType.get(r.type) ?? ''}${r.json}\n`);
  return [...byType]
    .map(([type, text]) => {
      const bytes = Buffer.from(text, 'utf8');
      return gzip ? { file: `${type}.ndjson.gz`, bytes: compress(bytes) } : { file: `${type}.ndjson`, bytes };
    })
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}
