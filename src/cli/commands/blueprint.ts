import type { Command } from 'commander';
import { loadBlueprint, readyBlueprints } from '../../pipeline/index.js';
import { planSynthesizers, planValidation } from '../../pipeline/index.js';
import { openSession } from '../context.js';

/** `anamnesis blueprint check | list` */
export function addBlueprint(program: Command): void {
  const blueprint = program
    .command('blueprint')
    .summary('check a blueprint, list the ready ones')
    .description(
      `A blueprint is one YAML file that says what synthetic data are for: cohort, windows, features, tasks, models.
See docs/blueprint.md for every key.`,
    );

  blueprint
    .command('check')
    .summary('report every problem of a blueprint')
    .description('Reads a blueprint and reports every problem with its line and key path. Looks at no data.')
    .argument('<blueprint>', 'a YAML file, or the name of a ready one')
    .action(async (name: string, _options: unknown, command: Command) => {
      const { output, close } = openSession(command);
      const { file, blueprint: checked } = await loadBlueprint(name);
      const synthesizers = planSynthesizers(checked).map((s) => s.name);
      planValidation(checked);
      output.line(`✓ ${file}: ${checked.title}`);
      output.line(`  tasks: ${checked.tasks.map((t) => ('task' in t ? t.task : t.id)).join(', ')}`);
      output.line(`  synthesizers: ${synthesizers.join(', ')}`);
      output.json({ file, name: checked.name, title: checked.title, synthesizers, ok: true });
      await close();
    });

  blueprint
    .command('list')
    .summary('the blueprints that come with Anamnesis')
    .action(async (_options: unknown, command: Command) => {
      const { output, close } = openSession(command);
      const ready = await readyBlueprints();
      const width = Math.max(...ready.map((r) => r.name.length));
      for (const { name, blueprint: b } of ready) output.line(`${name.padEnd(width)}  ${b.title}`);
      output.json(
        ready.map(({ name, file, blueprint: b }) => ({ name, file, title: b.title, purpose: b.purpose })),
      );
      await close();
    });
}
