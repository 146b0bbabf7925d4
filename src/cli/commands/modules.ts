import type { Command } from 'commander';
import { z } from 'zod';
import { UserError } from '../../core/index.js';
import { writeFileAtomic } from '../../runtime/index.js';
import {
  checkModules,
  mermaidGraph,
  moduleByPath,
  readModuleFiles,
  sayFault,
  svgGraph,
} from '../../stages/simulate/index.js';
import type { ModuleLibrary } from '../../stages/simulate/index.js';
import { compileOptions, openSession } from '../context.js';
import { textTable } from '../text-table.js';
import { addCalibrate } from './calibrate.js';

const folder = z.object({ modules: z.string().min(1) });

/** `anamnesis modules check | graph | list` */
export function addModules(program: Command): void {
  const modules = program
    .command('modules')
    .summary('check, draw and list clinical modules')
    .description(
      `Clinical modules are JSON files in the format of Synthea's Generic Module Framework v2. A folder that Synthea uses works as it is.
See docs/simulate.md.`,
    );
  addCheck(modules);
  addList(modules);
  addGraph(modules);
  addCalibrate(modules);
}

function addCheck(modules: Command): void {
  modules
    .command('check')
    .summary('report every fault of a folder of modules')
    .description(
      'Checks all modules and lookup tables of a folder together; exit code 3 when one has a fault.',
    )
    .requiredOption('--modules <folder>', 'folder with the modules')
    .action(async (_options: unknown, command: Command) => {
      const { output, close } = openSession(command);
      const options = compileOptions(folder, command);
      const { library, faults } = checkModules(await readModuleFiles(options.modules));
      const errors = faults.filter((fault) => fault.severity === 'error');
      const warnings = faults.filter((fault) => fault.severity === 'warning');
      for (const fault of errors) output.line(`✗ ${sayFault(fault)}`);
      for (const fault of warnings) output.line(`! ${sayFault(fault)}`);
      const size = `${library.modules.size} modules, ${countStates(library)} states, ${library.tables.size} lookup tables`;
      output.line(`${size}: ${errors.length} faults, ${warnings.length} warnings`);
      output.json({
        modules: library.modules.size,
        states: countStates(library),
        tables: library.tables.size,
        faults,
      });
      if (errors.length > 0) process.exitCode = 3;
      await close();
    });
}

function countStates(library: ModuleLibrary): number {
  return [...library.modules.values()].reduce((sum, module) => sum + module.states.size, 0);
}

function addList(modules: Command): void {
  modules
    .command('list')
    .summary('list the modules of a folder')
    .requiredOption('--modules <folder>', 'folder with the modules')
    .action(async (_options: unknown, command: Command) => {
      const { output, close } = openSession(command);
      const options = compileOptions(folder, command);
      const { library } = checkModules(await readModuleFiles(options.modules));
      const rows = [...library.modules.values()].map(({ path, kind, states, name }) => ({
        path,
        kind,
        states: states.size,
        name,
      }));
      output.line(
        textTable(
          ['module', 'kind', 'states', 'name'],
          rows.map((row) => [row.path, row.kind, String(row.states), row.name]),
        ),
      );
      output.json(rows);
      await close();
    });
}

const graphOptions = folder.extend({
  format: z.enum(['mermaid', 'svg']).default('mermaid'),
  out: z.string().optional(),
});

function addGraph(modules: Command): void {
  modules
    .command('graph')
    .summary('draw a module as Mermaid or SVG')
    .argument('<module>', 'its path in the folder, e.g. asthma or medications/statin')
    .requiredOption('--modules <folder>', 'folder with the modules')
    .option('--format <format>', 'mermaid or svg', 'mermaid')
    .option('-o, --out <file>', 'file to write (default: standard output)')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { output, close } = openSession(command);
      const options = compileOptions(graphOptions, command);
      const { library } = checkModules(await readModuleFiles(options.modules));
      const module = moduleByPath(library, name);
      const drawn = options.format === 'svg' ? svgGraph(module) : mermaidGraph(module);
      if (output.asJson && options.out === undefined)
        throw new UserError('BAD_OPTION', 'With --json the drawing needs a file.', {
          fix: 'add --out <file>',
        });
      if (options.out === undefined) output.line(drawn.trimEnd());
      else await writeFileAtomic(options.out, drawn);
      output.json({ module: module.path, format: options.format, file: options.out ?? null });
      await close();
    });
}
