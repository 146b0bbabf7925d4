import type { Command } from 'commander';
import { z } from 'zod';
import { writeFileAtomic } from '../../runtime/index.js';
import {
  admissionStatistics,
  compareAdmissions,
  comparisonHtml,
  comparisonMarkdown,
  summary,
} from '../../stages/simulate/index.js';
import { compileOptions, openSession } from '../context.js';

const number = z.coerce.number();
const calibrateSchema = z.object({
  like: z.string().min(1),
  simulated: z.string().min(1),
  unit: z.enum(['hospital', 'icu']).default('hospital'),
  leastHours: number.min(0).max(720).default(0),
  leastAge: number.min(0).max(120).default(18),
  report: z
    .string()
    .regex(/\.(md|html)$/u, 'a file ending in .md or .html')
    .optional(),
});

/** `anamnesis modules calibrate --like <store> --simulated <store>` */
export function addCalibrate(modules: Command): void {
  modules
    .command('calibrate')
    .summary('compare simulated stays in hospital with real ones')
    .description(
      `Describes the stays of a cohort store and of a simulated one: age, length of stay, deaths, intensive care, diagnoses, and
how often and how high everything was measured in the first 24 hours. See docs/calibration.md.`,
    )
    .requiredOption('--like <store>', 'cohort store of real stays')
    .requiredOption('--simulated <store>', 'cohort store of simulated stays')
    .option('--unit <unit>', 'hospital: admissions; icu: stays in intensive care, counted from their start')
    .option('--least-hours <n>', 'leave out stays known to be shorter (default: 0)')
    .option('--least-age <years>', 'youngest patients (default: 18)')
    .option('--report <file>', 'also write the comparison as .md or .html')
    .action(async (_options: unknown, command: Command) => {
      const options = compileOptions(calibrateSchema, command);
      const { output, close } = openSession(command);
      try {
        const { like, simulated: own, report, ...selection } = options;
        const real = await admissionStatistics(like, selection);
        const simulated = await admissionStatistics(own, selection);
        const differences = compareAdmissions(real, simulated);
        const comparison = { real, simulated, differences };
        const text = comparisonMarkdown(comparison);
        if (report !== undefined)
          await writeFileAtomic(report, report.endsWith('.md') ? text : comparisonHtml(comparison));
        output.line(report === undefined ? text.trimEnd() : `✓ ${report}: ${summary(differences)}`);
        output.json(comparison);
      } finally {
        await close();
      }
    });
}
