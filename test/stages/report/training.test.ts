import { describe, expect, it } from 'vitest';
import type { Training } from '../../../src/stages/document.js';
import { reportSchema } from '../../../src/stages/document.js';
import { renderReport } from '../../../src/stages/report/index.js';
import { fixture } from './fixture.js';
import { all, nestingProblems, parse, textOf } from './parse.js';

const small = fixture({ columns: 2 });

/** The report with a training of its chosen synthesizer. */
function withTraining(training: Training): string {
  const [first, ...others] = small.synthesizers;
  const synthesizer = { ...first!.synthesizer, training };
  const report = reportSchema.parse({ ...small, synthesizers: [{ ...first!, synthesizer }, ...others] });
  return renderReport(report);
}

const passes = Array.from({ length: 12 }, (_, i) => ({
  training: 20 - i,
  validation: 21 - i + (i > 7 ? 2.5 * (i - 7) : 0),
}));

describe('training in the report', () => {
  it('draws both losses, marks the pass that was kept, and says how training ended', () => {
    const page = withTraining({
      kind: 'passes',
      loss: 'nats a row',
      passes,
      kept: 8,
      stopped: 'no-gain',
    });
    expect(nestingProblems(page)).toEqual([]);
    const section = parse(page).querySelector('#training')!;
    const [picture] = all(section, '.picture');
    expect(picture!.getAttribute('aria-label')).toMatch(
      /nats a row, from 20 to 9 in 12 passes.* 14 in pass 8, which was kept/,
    );
    expect(all(section, 'path[stroke-dasharray="5 3"], g[stroke-dasharray="5 3"]')).toHaveLength(1);
    expect(textOf(section)).toContain('ended after 12 passes');
    expect(textOf(section)).toContain(
      'The parameters of pass 8 were kept: 13 on rows learned from, 14 on rows set aside',
    );
  });

  it('says of a private training its steps and noise, and draws nothing', () => {
    const page = withTraining({ kind: 'noise', steps: 300, rate: 0.1, noise: 1.25, size: 4321 });
    const section = parse(page).querySelector('#training')!;
    expect(textOf(section)).toMatch(/300 steps.*10\s%.*1\.250 times.*4.321 parameters.*no curve/);
    expect(all(section, '.picture')).toHaveLength(0);
  });

  it('has no such section where no network was trained', () => {
    const page = parse(renderReport(small));
    expect(page.querySelector('#training')).toBeNull();
    expect(all(page, 'a[href="#training"]')).toHaveLength(0);
  });

  it('shows a single pass, and a thousand', () => {
    for (const length of [1, 1000]) {
      const many = Array.from({ length }, (_, i) => ({ training: 1 / (i + 1), validation: 1 / (i + 1) }));
      const page = withTraining({
        kind: 'passes',
        loss: 'loss',
        passes: many,
        kept: length,
        stopped: 'all-passes',
      });
      const drawn = page.slice(page.indexOf('id="training"'), page.indexOf('id="made"'));
      expect(drawn).not.toMatch(/NaN|undefined|Infinity/);
      expect(textOf(parse(page).querySelector('#training'))).toMatch(/made\./);
    }
  });
});
