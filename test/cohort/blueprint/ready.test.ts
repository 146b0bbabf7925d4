import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileBlueprint, parseBlueprint, parseSimulation } from '../../../src/cohort/index.js';

const folder = fileURLToPath(new URL('../../../blueprints/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('the ready blueprints', () => {
  it('are all there', () => {
    expect(files.sort()).toEqual([
      'challenge-2012.yaml',
      'diabetes-130.yaml',
      'eicu-demo.yaml',
      'mimic-iv-demo.yaml',
      'reference-hospital.yaml',
    ]);
  });

  it.each(files)('%s has no problem, is named like its file, and makes at most 100 columns', (file) => {
    const blueprint = parseBlueprint(readFileSync(folder + file, 'utf8'), file);
    expect(`${blueprint.name}.yaml`).toBe(file);
    if (blueprint.kind === 'cohort')
      expect(compileBlueprint(blueprint).columns.length).toBeLessThanOrEqual(100);
  });
});

describe('docs/blueprint.md', () => {
  const text = readFileSync(new URL('../../../docs/blueprint.md', import.meta.url), 'utf8');
  const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1]!);

  it('shows blueprints that work', () => {
    const kindOf = (example: string): string => {
      if (!/^simulation:/mu.test(example)) return parseBlueprint(example, 'example.yaml').kind;
      expect(parseSimulation(example, 'example.yaml').simulation.patients).toBe(500);
      return 'simulation';
    };
    expect(examples.map(kindOf)).toEqual(['cohort', 'table', 'simulation']);
  });
});
