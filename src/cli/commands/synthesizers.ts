import type { Command } from 'commander';
import { synthesizers } from '../../synthesizers/index.js';
import { openSession } from '../context.js';

const promises = {
  required: 'yes, needs --epsilon',
  refused: 'no, claims no ε',
  optional: 'with --epsilon; without, claims no ε',
} as const;

/** `anamnesis synthesizers` */
export function addSynthesizers(program: Command): void {
  program
    .command('synthesizers')
    .summary('the models of tables: paper, strengths, when to choose which')
    .description(
      'Every model that --synthesizer and blueprints take by its id. docs/synthesizers.md has their options.',
    )
    .action(async (_options: unknown, command: Command) => {
      const { output, close } = openSession(command);
      const all = [...synthesizers.values()].map(({ id, title, summary, source, budget }) => {
        return { id, title, summary, source, budget };
      });
      for (const { id, title, summary, source, budget } of all) {
        output.line(`${id}: ${title}`);
        output.line(`  ${summary}`);
        output.line(`  follows ${source}`);
        output.line(`  differential privacy: ${promises[budget]}`);
        output.line();
      }
      output.json(all);
      await close();
    });
}
