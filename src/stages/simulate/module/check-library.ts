import { didYouMean } from '../../../core/index.js';
import type { StateDefinition } from './schema.js';
import { conditionsOf, eachCondition, edgesOf } from './transitions.js';
import type { Fault, LookupTable, ModuleDefinition } from './types.js';

/** What can only be said about modules as wholes and together. */
export function checkLibrary(
  modules: ReadonlyMap<string, ModuleDefinition>,
  tables: ReadonlyMap<string, LookupTable>,
  faults: Fault[],
): void {
  for (const module of modules.values()) {
    const report: Report = (severity, fault) => faults.push({ severity, file: module.file, ...fault });
    checkTargets(module, report);
    checkCalls(module, modules, report);
    checkTables(module, tables, report);
    checkReach(module, report);
    checkLoops(module, report);
    checkNames(module, report);
  }
}

type Report = (severity: Fault['severity'], fault: Omit<Fault, 'severity' | 'file'>) => void;

function checkTargets(module: ModuleDefinition, report: Report): void {
  const names = [...module.states.keys()];
  const initial = module.states.get('Initial');
  if (initial === undefined && !module.unread.has('Initial'))
    report('error', {
      state: null,
      key: ['states', 'Initial'],
      expected: "a state 'Initial'",
      got: 'nothing',
    });
  else if (initial !== undefined && initial.type !== 'Initial')
    report('warning', { state: 'Initial', key: ['type'], expected: 'Initial', got: initial.type });
  for (const [name, state] of module.states)
    for (const edge of edgesOf(state))
      if (!module.states.has(edge.to) && !module.unread.has(edge.to))
        report('error', {
          state: name,
          key: edge.key,
          expected: 'the name of a state',
          got: `'${edge.to}'`,
          hint: didYouMean(edge.to, names),
        });
}

function checkCalls(
  module: ModuleDefinition,
  modules: ReadonlyMap<string, ModuleDefinition>,
  report: Report,
): void {
  for (const [name, state] of module.states)
    if (state.type === 'CallSubmodule' && !modules.has(state.submodule))
      report('error', {
        state: name,
        key: ['submodule'],
        expected: 'the path of a module',
        got: `'${state.submodule}'`,
        hint: didYouMean(state.submodule, [...modules.keys()]),
      });
}

function checkTables(
  module: ModuleDefinition,
  tables: ReadonlyMap<string, LookupTable>,
  report: Report,
): void {
  for (const [name, state] of module.states) {
    const options = state.lookup_table_transition ?? [];
    const table = tables.get(options[0]?.lookup_table_name ?? '');
    if (table === undefined) continue;
    for (const [i, option] of options.entries())
      if (!table.states.includes(option.transition))
        report('error', {
          state: name,
          key: ['lookup_table_transition', i, 'transition'],
          expected: `a column of ${table.name}`,
          got: `'${option.transition}'`,
          hint: didYouMean(option.transition, table.states),
        });
    for (const column of table.states)
      if (!options.some((option) => option.transition === column))
        report('error', {
          state: name,
          key: ['lookup_table_transition'],
          expected: `an option for the column '${column}' of ${table.name}`,
          got: 'nothing',
        });
  }
}

function checkReach(module: ModuleDefinition, report: Report): void {
  if (module.unread.size > 0) return; // a state that could not be read may lead to any other
  const reached = new Set<string>();
  const open = module.states.has('Initial') ? ['Initial'] : [];
  while (open.length > 0) {
    const name = open.pop()!;
    const state = module.states.get(name);
    if (state === undefined || reached.has(name)) continue;
    reached.add(name);
    for (const edge of edgesOf(state)) open.push(edge.to);
  }
  for (const name of module.states.keys())
    if (!reached.has(name))
      report('warning', {
        state: name,
        key: [],
        expected: 'a way from Initial',
        got: 'none: the state is never reached',
      });
}

/** Time can pass in these states, so a loop through one of them ends a step. */
function letsTimePass(state: StateDefinition): boolean {
  switch (state.type) {
    case 'Delay':
    case 'Guard':
    case 'Terminal':
    case 'anamnesis:Hazard':
    case 'anamnesis:HospitalStay':
      return true;
    case 'Encounter':
      return state.wellness === true;
    case 'Procedure':
      return state.duration !== undefined || state.distribution !== undefined;
    default:
      return false;
  }
}

/**
 * A loop of states in which no time passes. When nothing leads out of it the module would never come back: an error. When something
 * does, it ends as soon as its condition or chance allows, and is a warning.
 */
function checkLoops(module: ModuleDefinition, report: Report): void {
  const next = new Map<string, string[]>();
  for (const [name, state] of module.states)
    if (!letsTimePass(state))
      next.set(
        name,
        edgesOf(state)
          .map((edge) => edge.to)
          .filter((to) => module.states.has(to)),
      );
  for (const loop of loops(next)) {
    const inside = new Set(loop);
    const leaves = loop.some((name) => next.get(name)!.some((to) => !inside.has(to)));
    const text = loop.length > 6 ? `${loop.slice(0, 6).join(' → ')} → …` : loop.join(' → ');
    const calls = loop.some((name) => module.states.get(name)?.type === 'CallSubmodule');
    if (!leaves && !calls)
      report('error', {
        state: loop[0]!,
        key: [],
        expected: 'a Delay or a way out in a loop',
        got: `a cycle without delay: ${text}`,
      });
    else if (!calls)
      report('warning', {
        state: loop[0]!,
        key: [],
        expected: 'a Delay in a loop',
        got: `a cycle without delay: ${text}`,
      });
  }
}

/** Strongly connected parts with a cycle (Tarjan 1972), without recursion. */
function loops(next: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const found: string[][] = [];
  for (const root of next.keys()) {
    if (index.has(root)) continue;
    const work: { node: string; at: number }[] = [{ node: root, at: 0 }];
    while (work.length > 0) {
      const frame = work.at(-1)!;
      const { node } = frame;
      if (frame.at === 0) {
        index.set(node, index.size);
        low.set(node, index.get(node)!);
        stack.push(node);
        onStack.add(node);
      }
      const targets = next.get(node) ?? [];
      const to = targets[frame.at++];
      if (to !== undefined) {
        if (!next.has(to)) continue;
        if (!index.has(to)) work.push({ node: to, at: 0 });
        else if (onStack.has(to)) low.set(node, Math.min(low.get(node)!, index.get(to)!));
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) low.set(parent.node, Math.min(low.get(parent.node)!, low.get(node)!));
      if (low.get(node) !== index.get(node)) continue;
      const part: string[] = [];
      let member: string;
      do {
        member = stack.pop()!;
        onStack.delete(member);
        part.push(member);
      } while (member !== node);
      if (part.length > 1 || targets.includes(node)) found.push(part.reverse());
    }
  }
  return found;
}

/** Names of other states that a state refers to, outside transitions. A submodule may mean its caller's, so these are warnings. */
function checkNames(module: ModuleDefinition, report: Report): void {
  if (module.kind === 'submodule') return;
  const check = (name: string, key: string, wanted: string | undefined, type: string): void => {
    if (wanted === undefined || wanted === '') return;
    const found = module.states.get(wanted);
    if (found?.type !== type)
      report('warning', { state: name, key: [key], expected: `a state of type ${type}`, got: `'${wanted}'` });
  };
  for (const [name, state] of module.states) {
    if (state.type === 'ConditionOnset' || state.type === 'AllergyOnset')
      check(name, 'target_encounter', state.target_encounter, 'Encounter');
    if (state.type === 'ConditionEnd')
      check(name, 'condition_onset', state.condition_onset, 'ConditionOnset');
    if (state.type === 'MedicationEnd')
      check(name, 'medication_order', state.medication_order, 'MedicationOrder');
    if (state.type === 'CarePlanEnd') check(name, 'careplan', state.careplan, 'CarePlanStart');
    if (state.type === 'DeviceEnd') check(name, 'device', state.device, 'Device');
    const calls = [...module.states.values()].some((s) => s.type === 'CallSubmodule');
    if (calls) continue; // a submodule's states count as the caller's history
    for (const { key, condition } of conditionsOf(state))
      eachCondition(condition, (c) => {
        if (c.condition_type === 'PriorState' && !module.states.has(c.name))
          report('warning', {
            state: name,
            key: [...key, 'name'],
            expected: 'the name of a state',
            got: `'${c.name}'`,
          });
      });
  }
}
