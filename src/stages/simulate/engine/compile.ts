import { InternalError } from '../../../core/index.js';
import type { Origin } from '../../../cohort/index.js';
import type { StateDefinition } from '../module/schema.js';
import { conditionsOf, eachCondition } from '../module/transitions.js';
import type { ModuleDefinition, ModuleLibrary } from '../module/types.js';
import { stayData } from '../stay/index.js';
import type { StayData } from '../stay/index.js';
import { Names } from './program.js';
import type { CompileContext, CompiledLibrary, Node, Program, RootProgram } from './program.js';
import { compileState } from './states/index.js';
import { riskAttributes } from './risk.js';
import { compileSteadyLoop } from './steady.js';
import { runsModel } from './states/physiology.js';
import { compileTransition } from './transition.js';
import type { Next } from './transition.js';
import type { World } from './world.js';

export interface CompileOptions {
  /** Run Physiology states by our approximations; off: they go their other way, as in Synthea by default. */
  readonly physiology: boolean;
  /** Top-level modules to run, by path; null: all. */
  readonly only: readonly string[] | null;
  /** Attributes that are worked out when they are absent. */
  readonly derived: readonly string[];
  /** What all stays in hospital share; default: the data that come with Anamnesis. */
  readonly stay?: StayData;
}

/** Turns checked modules into programs: states into functions, names into numbers. */
export function compilePrograms(
  library: ModuleLibrary,
  world: World,
  options: CompileOptions,
): CompiledLibrary {
  const context: CompileContext = {
    world,
    attributes: new Names(),
    tracked: trackedNames(library),
    reads: new Set(),
    writes: new Set(),
    physiology: options.physiology,
    stay: options.stay ?? stayData,
    yearly: new Set(riskAttributes),
  };
  const programs = new Map<string, Program>();
  for (const module of library.modules.values())
    programs.set(module.path, { path: module.path, name: module.name, nodes: [], initial: 0 });
  const guarded = new Map<string, Set<number>>();
  for (const module of library.modules.values())
    guarded.set(module.path, compileModule(module, { programs, library, context }));
  const roots = rootPrograms(library, programs, options.only);
  const watchers = watchersOf(roots, guarded, library);
  const derived = new Uint8Array(context.attributes.size);
  for (const name of options.derived) {
    const id = context.attributes.find(name);
    if (id !== undefined) derived[id] = 1;
  }
  return {
    roots,
    attributes: context.attributes,
    derived,
    watchers,
    reads: context.reads,
    writes: context.writes,
  };
}

/** Names of states that some PriorState asks for: only these are kept in histories. */
function trackedNames(library: ModuleLibrary): Names {
  const names = new Names();
  for (const module of library.modules.values())
    for (const state of module.states.values())
      for (const { condition } of conditionsOf(state))
        eachCondition(condition, (c) => {
          if (c.condition_type !== 'PriorState') return;
          names.id(c.name);
          if (c.since !== undefined) names.id(c.since);
        });
  return names;
}

interface Surroundings {
  readonly programs: ReadonlyMap<string, Program>;
  readonly library: ModuleLibrary;
  readonly context: CompileContext;
}

/** Fills a module's program. @returns the parts of a life that its guards read. */
function compileModule(module: ModuleDefinition, { programs, library, context }: Surroundings): Set<number> {
  const program = programs.get(module.path)!;
  const positions = new Map([...module.states.keys()].map((name, i) => [name, i]));
  const position = (name: string): number => {
    const found = positions.get(name);
    if (found === undefined)
      throw new InternalError('NO_SUCH_STATE', `No state '${name}' in ${module.path}.`);
    return found;
  };
  const onward = (name: string): number => position(pastNothing(name, module, context.tracked));
  const guards = new Set<number>();
  for (const [name, state] of module.states) {
    const origin: Origin = { module: module.path, state: name };
    const loop = compileSteadyLoop(state, position(name), position, { tables: library.tables, context });
    const run = loop?.run ?? compileState(state, { origin, moduleName: module.name, guards }, context);
    const next = loop?.next ?? nextOf(state, onward, library, context);
    const tracked = context.tracked.find(name) ?? -1;
    const callee = state.type === 'CallSubmodule' ? programs.get(state.submodule) : undefined;
    const node: Node =
      callee === undefined ? { name, run, next, tracked } : { name, run, next, tracked, callee };
    program.nodes.push(node);
  }
  program.initial = onward('Initial');
  return guards;
}

/** The first state from a name on that does something, chooses, or is asked for by a PriorState. */
function pastNothing(start: string, { states }: ModuleDefinition, tracked: Names): string {
  let name = start;
  for (let left = states.size; left > 0; left--) {
    const state = states.get(name);
    const nothing = state?.type === 'Simple' || state?.type === 'Initial';
    if (!nothing || state.direct_transition === undefined || tracked.find(name) !== undefined) return name;
    name = state.direct_transition;
  }
  return start; // round and round: left as it is
}

function nextOf(
  state: StateDefinition,
  position: (name: string) => number,
  library: ModuleLibrary,
  context: CompileContext,
): Next {
  if (state.type === 'Physiology' && !runsModel(state, context)) {
    const other = position(state.alt_direct_transition);
    return () => other;
  }
  return compileTransition(state, position, library.tables, context);
}

function rootPrograms(
  library: ModuleLibrary,
  programs: ReadonlyMap<string, Program>,
  only: readonly string[] | null,
): RootProgram[] {
  const wanted = only === null ? null : new Set(only);
  return [...library.modules.values()]
    .filter((module) => module.kind === 'module' && (wanted === null || wanted.has(module.path)))
    .map((module, index) => Object.assign(programs.get(module.path)!, { index }));
}

/** Which top-level modules have a guard, of their own or in a submodule that they may reach, that reads a part of a life. */
function watchersOf(
  roots: readonly RootProgram[],
  guarded: ReadonlyMap<string, ReadonlySet<number>>,
  library: ModuleLibrary,
): (number[] | undefined)[] {
  const watchers: (number[] | undefined)[] = [];
  for (const root of roots) {
    const all = new Set<number>();
    for (const path of reachable(root.path, library))
      for (const part of guarded.get(path) ?? []) all.add(part);
    for (const part of all) (watchers[part] ??= []).push(root.index);
  }
  return Array.from(watchers);
}

/** A module and all submodules that it may come to. */
function reachable(start: string, library: ModuleLibrary): Set<string> {
  const found = new Set<string>();
  const open = [start];
  while (open.length > 0) {
    const path = open.pop()!;
    const module = library.modules.get(path);
    if (module === undefined || found.has(path)) continue;
    found.add(path);
    for (const state of module.states.values())
      if (state.type === 'CallSubmodule') open.push(state.submodule);
  }
  return found;
}
