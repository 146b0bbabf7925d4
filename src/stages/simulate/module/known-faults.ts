import { z } from 'zod';
import { pathText, section } from '../../../core/index.js';
import { readData } from '../data-file.js';
import type { Fault } from './types.js';

const schema = section({
  about: z.string(),
  meaning: z.string(),
  faults: z.array(section({ file: z.string(), state: z.string(), key: z.string(), got: z.string() })),
});
const key = (file: string, state: string, path: string, got: string): string =>
  [file, state, path, got].join('\0');
const { faults: known, meaning } = readData(new URL('./known-faults.json', import.meta.url), schema);
const acknowledged = new Set(known.map((f) => key(f.file, f.state, f.key, f.got)));

/** Turns a fault that stands in Synthea's published library, word for word, into a warning that says what the engine does there. */
export function acknowledge(fault: Fault): Fault {
  if (fault.severity !== 'error' || fault.state === null) return fault;
  if (!acknowledged.has(key(fault.file, fault.state, pathText(fault.key), fault.got))) return fault;
  return { ...fault, severity: 'warning', hint: `known in Synthea's library. ${meaning}` };
}
