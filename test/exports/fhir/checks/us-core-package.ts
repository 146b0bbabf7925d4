import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { dataRoot } from '../../../support/data.js';
import { isResource } from './json.js';
import type { Resource } from './json.js';

const file = dataRoot === undefined ? '' : path.join(dataRoot, 'fhir', 'us_core_610.tgz');

/** The package of the US Core 6.1.0 implementation guide, or undefined where the shared data are absent. */
export const usCorePackage: string | undefined = existsSync(file) ? file : undefined;

/** The conformance resources of a FHIR package (a gzipped tar, files in `package/`). */
export function readPackage(tgz: string): Resource[] {
  const tar = gunzipSync(readFileSync(tgz));
  const resources: Resource[] = [];
  for (let offset = 0; offset + 512 <= tar.length;) {
    const name = tar.toString('utf8', offset, offset + 100).replace(/\0.*$/s, '');
    const size = parseInt(tar.toString('ascii', offset + 124, offset + 136), 8) || 0;
    if (/^package\/[^/]+\.json$/.test(name)) {
      const content: unknown = JSON.parse(tar.toString('utf8', offset + 512, offset + 512 + size));
      if (isResource(content)) resources.push(content);
    }
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  return resources;
}
