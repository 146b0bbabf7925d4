// Cuts Bundles down to what is new in them, so that every distinct form of resource of many whole lives can be judged in reasonable time.
//
//   node bench/judges/hl7-validator/distinct.mjs <folder of bundles> <folder for the cut ones>
//
// Two resources have one form when they differ only in ids, times, numbers and free text (all codes, units and displays are kept apart, and lists of
// other lengths count as the same when their members do; lines of bills, results of reports, series of studies … count one by one). A cut Bundle holds the resources whose form no Bundle before it had, and everything that
// these refer to, directly or through others; a Provenance names only the targets that are left. Bundles with nothing new are left out.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) {
  console.error('usage: distinct.mjs <folder of bundles> <folder for the cut ones>');
  process.exit(2);
}

/** Properties whose text is free. */
const free = new Set(
  'id value text div data title line family given name city lotNumber serialNumber carrierHRF distinctIdentifier deviceIdentifier postalCode subscriberId'.split(
    ' ',
  ),
);
const time = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const oid = /^(urn:oid:)?2\.25\.\d{20,}(\.\d+)*$/;

/** Lists whose members are looked at one by one: a bill of five known lines is nothing new. */
const apart = new Set('item diagnosis result activity goal series instance addresses target'.split(' '));

/** The form of a resource, and in `members` those of the members of its lists that are looked at one by one. */
function formOf(value, key, members) {
  if (Array.isArray(value)) {
    const forms = [...new Set(value.map((v) => formOf(v, key, members)))].sort();
    if (!apart.has(key)) return `[${forms.join()}]`;
    for (const form of forms) members.add(`${key}: ${form}`);
    return '[…]';
  }
  if (value !== null && typeof value === 'object')
    return `{${Object.entries(value)
      .map(([k, v]) => `${k}:${formOf(v, k, members)}`)
      .join()}}`;
  if (typeof value === 'number') return Number.isInteger(value) ? String(Math.sign(value)) : '1.5';
  if (typeof value !== 'string') return String(value);
  if (free.has(key) && value !== '') return '…';
  if (oid.test(value)) return 'oid';
  return time.test(value) ? `t${value.length}` : value.replace(uuid, 'id');
}

/** Addresses of everything that a resource refers to. */
function references(value, found = []) {
  if (Array.isArray(value)) for (const v of value) references(v, found);
  else if (value !== null && typeof value === 'object')
    for (const [k, v] of Object.entries(value))
      if (k === 'reference' && typeof v === 'string') found.push(v);
      else references(v, found);
  return found;
}

const seen = new Set();
let all = 0;
let kept = 0;
let bundles = 0;
mkdirSync(to, { recursive: true });
for (const name of readdirSync(from)
  .filter((n) => n.endsWith('.json'))
  .sort()) {
  const bundle = JSON.parse(readFileSync(path.join(from, name), 'utf8'));
  const byUrl = new Map(bundle.entry.map((e) => [e.fullUrl, e]));
  const wanted = new Set();
  const want = (entry) => {
    if (entry === undefined || wanted.has(entry)) return;
    wanted.add(entry);
    if (entry.resource.resourceType !== 'Provenance')
      references(entry.resource).forEach((r) => want(byUrl.get(r)));
  };
  for (const entry of bundle.entry) {
    const members = new Set();
    const { resourceType } = entry.resource;
    const forms = [formOf(entry.resource, '', members), ...[...members].map((m) => `${resourceType} ${m}`)];
    const unseen = forms.filter((form) => !seen.has(form));
    for (const form of unseen) seen.add(form);
    if (unseen.length > 0) want(entry);
  }
  all += bundle.entry.length;
  const isNew = wanted.size > 0;
  const provenance = bundle.entry.find((e) => e.resource.resourceType === 'Provenance');
  if (!isNew) continue;
  want(provenance);
  references(provenance.resource.agent).forEach((r) => want(byUrl.get(r)));
  const { target } = provenance.resource;
  provenance.resource.target = target.filter((t) => wanted.has(byUrl.get(t.reference)));
  bundle.entry = bundle.entry.filter((e) => wanted.has(e));
  if (provenance.resource.target.length === 0) bundle.entry = bundle.entry.filter((e) => e !== provenance);
  writeFileSync(path.join(to, name), JSON.stringify(bundle));
  kept += bundle.entry.length;
  bundles++;
}
console.log(`${all} resources, ${seen.size} distinct forms, ${kept} resources in ${bundles} cut bundles`);
