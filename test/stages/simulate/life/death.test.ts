import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { lifeExpectancy } from '../../../../src/stages/simulate/life/death.js';
import { baselineDeath } from '../../../../src/stages/simulate/life/index.js';
import { ageAt } from '../../../../src/stages/simulate/life/time.js';
import { meanOf, people, shareOf } from './support.js';

describe('mortality', () => {
  it('gives the life expectancy of 2019: 76.3 years in men, 81.4 in women (within 0.6)', () => {
    expect(Math.abs(lifeExpectancy('male') - 76.3)).toBeLessThan(0.6);
    expect(Math.abs(lifeExpectancy('female') - 81.4)).toBeLessThan(0.6);
  });

  it('draws deaths as the table says where no module runs (8,000 lives, within 0.8 years)', () => {
    const women = people(8000, { sexRatio: 0 });
    const ages = women.map((d, i) =>
      ageAt(d.birthTime, baselineDeath(d, Rng.create(i), 'none')?.time ?? d.birthTime + 4e12),
    );
    expect(Math.abs(meanOf(ages) - lifeExpectancy('female'))).toBeLessThan(0.8);
    expect(shareOf(ages, (a) => a < 0)).toBe(0);
  });

  it('leaves room for the modules: with a share outside them people live longer', () => {
    const drafts = people(3000);
    const mean = (modules: 'none' | 'library' | 'synthea'): number =>
      meanOf(
        drafts.map((d, i) =>
          ageAt(d.birthTime, baselineDeath(d, Rng.create(i), modules)?.time ?? d.birthTime + 4e12),
        ),
      );
    expect(mean('library')).toBeGreaterThan(mean('none') + 2);
    expect(mean('synthea')).toBeGreaterThan(mean('none') + 2);
  });

  it('kills no infant of dementia', () => {
    const draft = people(1)[0]!;
    const young = Array.from({ length: 4000 }, (_, i) => baselineDeath(draft, Rng.create(i), 'none')!).filter(
      (d) => ageAt(draft.birthTime, d.time) < 40,
    );
    expect(young.some((d) => d.cause.code === '26929004')).toBe(false);
    expect(young.length).toBeGreaterThan(50);
  });
});
