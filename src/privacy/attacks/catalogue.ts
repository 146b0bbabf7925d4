/** A membership attack: a score of each target, higher for those that the attacker takes for members. */
export interface Attack {
  readonly id: AttackId;
  /** A few words for people. */
  readonly title: string;
  /** What it looks at, in one sentence. */
  readonly idea: string;
  /** The paper that it follows. */
  readonly source: string;
}

export const attackIds = [
  'closest-record',
  'closest-record-difference',
  'neighbourhood',
  'monte-carlo',
  'density',
  'density-ratio',
  'local-density-ratio',
  'likelihood-ratio',
  'classifier',
] as const;
export type AttackId = (typeof attackIds)[number];

const ganLeaks =
  'Chen D, Yu N, Zhang Y, Fritz M. GAN-Leaks: a taxonomy of membership inference attacks against generative models. ACM CCS, 2020';

/** The attacks, all of them without shadow models: who has the synthetic rows and some records of the population can do them. */
export const attacks: readonly Attack[] = [
  {
    id: 'closest-record',
    title: 'Distance to the closest row',
    idea: 'How near the nearest synthetic row is.',
    source: `${ganLeaks}, black-box attack`,
  },
  {
    id: 'closest-record-difference',
    title: 'Distance difference',
    idea: 'How much nearer the nearest synthetic row is than the nearest row of the population.',
    source: `${ganLeaks}, attack calibration, with distances to population rows in place of a reference generator`,
  },
  {
    id: 'neighbourhood',
    title: 'Neighbourhood count',
    idea: 'Which share of the 20 nearest rows, synthetic and of the population, is synthetic.',
    source:
      'Ward J, Wang C-H, Cheng G. Data Plagiarism Index: characterizing the privacy risk of data-copying in tabular generative models. arXiv:2406.13012, 2024',
  },
  {
    id: 'monte-carlo',
    title: 'Count within a radius',
    idea: 'How many synthetic rows lie within the median distance to the closest row (counted to 20).',
    source:
      'Hilprecht B, Härterich M, Bernau D. Monte Carlo and reconstruction membership inference attacks against generative models. PoPETs 2019(4):232–249',
  },
  {
    id: 'density',
    title: 'Density of synthetic rows',
    idea: 'How dense synthetic rows lie there (Gaussian kernels on principal components).',
    source:
      'Hilprecht B, Härterich M, Bernau D. Monte Carlo and reconstruction membership inference attacks against generative models. PoPETs 2019(4):232–249, with a smooth kernel',
  },
  {
    id: 'density-ratio',
    title: 'Density ratio (DOMIAS)',
    idea: 'How much denser synthetic rows lie there than rows of the population.',
    source:
      'van Breugel B, Sun H, Qian Z, van der Schaar M. Membership inference attacks against synthetic data through overfitting detection. AISTATS, 2023',
  },
  {
    id: 'local-density-ratio',
    title: 'Local density ratio',
    idea: 'The same ratio from the 20 nearest rows of each, in all columns.',
    source:
      'DOMIAS (van Breugel et al., AISTATS, 2023), with an exponential kernel on the nearest rows in place of a fitted density',
  },
  {
    id: 'likelihood-ratio',
    title: 'Local likelihood ratio (Gen-LRA)',
    idea: 'Whether the nearest synthetic rows become more likely once the target joins the population.',
    source:
      'Gen-LRA as in Synth-MIA: a testbed for auditing privacy leakage in tabular data synthesis. arXiv:2509.18014, 2025',
  },
  {
    id: 'classifier',
    title: 'Classifier',
    idea: 'How synthetic a model finds it that was trained to tell synthetic rows from those of the population.',
    source:
      'Houssiau F, et al. TAPAS: a toolbox for adversarial privacy auditing of synthetic data. arXiv:2211.06550, 2022; Hayes J, et al. LOGAN. PoPETs 2019(1):133–152',
  },
];
