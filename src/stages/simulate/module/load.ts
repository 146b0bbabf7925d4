import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { checkShape, DataError, sha256, UserError } from '../../../core/index.js';
import { checkLibrary } from './check-library.js';
import { checkState } from './check-state.js';
import { faultError } from './fault-error.js';
import { acknowledge } from './known-faults.js';
import { parseLookupTable } from './lookup-table.js';
import { moduleSchema, stateSchema } from './schema.js';
import type { StateDefinition } from './schema.js';
import type { Fault, LookupTable, ModuleDefinition, ModuleLibrary } from './types.js';

const tablesFolder = 'lookup_tables';

/** The files of a module library in memory: path inside the folder → text. */
export type ModuleFiles = ReadonlyMap<string, string>;

/**
 * Reads every `*.json` and `lookup_tables/*.csv` of a folder, as Synthea lays them out: files in the folder itself are modules,
 * those in folders below are submodules (`"anamnesis": { "kind": … }` says otherwise).
 * @throws UserError `NO_MODULES` when the folder is absent or has none.
 */
export async function readModuleFiles(folder: string): Promise<ModuleFiles> {
  let entries;
  try {
    entries = await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    throw new UserError('NO_MODULES', `There is no folder of modules at ${folder}.`, {
      fix: 'name a folder that holds module files (*.json), e.g. src/main/resources/modules of Synthea',
      cause: error,
    });
  }
  const wanted = entries
    .filter((entry) => entry.isFile() && /\.(json|csv)$/u.test(entry.name))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => file.endsWith('.json') || file.split('/').includes(tablesFolder))
    .sort((a, b) => (a < b ? -1 : 1));
  if (!wanted.some((file) => file.endsWith('.json')))
    throw new UserError('NO_MODULES', `The folder ${folder} holds no module.`, {
      expected: 'at least one *.json',
      fix: 'name a folder that holds module files, e.g. src/main/resources/modules of Synthea',
    });
  const files = new Map<string, string>();
  for (const file of wanted) files.set(file, readFileSync(path.join(folder, file), 'utf8'));
  return files;
}

/** Checks all files together and returns every fault, with the modules that could be read. */
export function checkModules(files: ModuleFiles): {
  readonly library: ModuleLibrary;
  readonly faults: readonly Fault[];
} {
  const found: Fault[] = [];
  const modules = new Map<string, ModuleDefinition>();
  for (const [file, text] of files) {
    if (!file.endsWith('.json')) continue;
    const definition = parseModule(file, text, found);
    if (definition !== null) modules.set(definition.path, definition);
  }
  const tables = readTables(files, modules, found);
  checkLibrary(modules, tables, found);
  const faults = found.map(acknowledge);
  const sorted = new Map([...modules].sort(([a], [b]) => (a < b ? -1 : 1)));
  const hash = sha256([...files].map(([name, text]) => `${name}\0${sha256(text)}`).join('\n'));
  const library = { modules: sorted, tables, hash, warnings: faults.filter((f) => f.severity === 'warning') };
  return { library, faults };
}

/**
 * Checks all files together.
 * @throws DataError `BAD_MODULES` that names every fault with file, state and key.
 */
export function compileLibrary(files: ModuleFiles): ModuleLibrary {
  const { library, faults } = checkModules(files);
  const errors = faults.filter((fault) => fault.severity === 'error');
  if (errors.length > 0) throw faultError(errors);
  return library;
}

function parseModule(file: string, text: string, faults: Fault[]): ModuleDefinition | null {
  const fault = (state: string | null, fault: Omit<Fault, 'file' | 'state' | 'severity'>): void => {
    faults.push({ severity: 'error', file, state, ...fault });
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    fault(null, {
      key: [],
      expected: 'JSON',
      got: error instanceof Error ? error.message : 'something else',
    });
    return null;
  }
  const head = checkShape(moduleSchema, json);
  if (!head.ok) {
    for (const { path: key, ...rest } of head.problems) fault(null, { key, ...rest });
    return null;
  }
  const states = new Map<string, StateDefinition>();
  const unread = new Set<string>();
  for (const [name, value] of Object.entries(head.data.states)) {
    const shape = checkShape(stateSchema, value);
    if (!shape.ok) {
      for (const { path: key, ...rest } of shape.problems) fault(name, { key, ...rest });
      unread.add(name);
      continue;
    }
    states.set(name, shape.data);
    checkState(shape.data, (severity, key, expected, got) =>
      faults.push({ severity, file, state: name, key, expected, got }),
    );
  }
  const kind = head.data.anamnesis?.['kind'];
  return {
    path: file.replace(/\.json$/u, ''),
    file,
    name: head.data.name,
    kind: kind === 'module' || kind === 'submodule' ? kind : file.includes('/') ? 'submodule' : 'module',
    states,
    unread,
    remarks: [head.data.remarks ?? []].flat(),
  };
}

function readTables(
  files: ModuleFiles,
  modules: ReadonlyMap<string, ModuleDefinition>,
  faults: Fault[],
): ReadonlyMap<string, LookupTable> {
  const users = new Map<string, { file: string; state: string; targets: Set<string> }>();
  for (const module of modules.values())
    for (const [state, definition] of module.states)
      for (const option of definition.lookup_table_transition ?? []) {
        const name = option.lookup_table_name;
        const user = users.get(name) ?? { file: module.file, state, targets: new Set<string>() };
        user.targets.add(option.transition);
        users.set(name, user);
      }
  const tables = new Map<string, LookupTable>();
  for (const [name, user] of [...users].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const file = `${tablesFolder}/${name}`;
    const text = files.get(file);
    if (text === undefined) {
      const got = 'no such file';
      faults.push({
        severity: 'error',
        file: user.file,
        state: user.state,
        key: ['lookup_table_transition'],
        expected: file,
        got,
      });
      continue;
    }
    const table = parseLookupTable(name, text, user.targets, (fault) =>
      faults.push({ severity: 'error', file, state: null, ...fault }),
    );
    if (table !== null) tables.set(name, table);
  }
  return tables;
}

/** A module of the library by its path. @throws DataError `NO_SUCH_MODULE`. */
export function moduleByPath(library: ModuleLibrary, name: string): ModuleDefinition {
  const found = library.modules.get(name.replace(/\.json$/u, ''));
  if (found === undefined)
    throw new DataError('NO_SUCH_MODULE', `There is no module '${name}'.`, {
      fix: '`anamnesis modules list` shows them',
    });
  return found;
}
