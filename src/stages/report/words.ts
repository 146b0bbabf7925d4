import type { Usability } from '../document.js';
import type { Verdict } from '../metric.js';

/** A verdict as people read it: a sign (never colour alone), a word, and the style class of its colour. */
export interface Badge {
  readonly sign: string;
  readonly word: string;
  readonly tone: 'good' | 'care' | 'bad' | 'unknown';
}

export const usabilityBadges: Readonly<Record<Usability, Badge>> = {
  usable: { sign: '✓', word: 'Usable', tone: 'good' },
  'with-care': { sign: '!', word: 'Usable with care', tone: 'care' },
  'not-usable': { sign: '✕', word: 'Not usable', tone: 'bad' },
  unknown: { sign: '?', word: 'Cannot be told', tone: 'unknown' },
};

export const verdictBadges: Readonly<Record<Verdict, Badge>> = {
  pass: { sign: '✓', word: 'Passed', tone: 'good' },
  fail: { sign: '✕', word: 'Failed', tone: 'bad' },
  'not-computable': { sign: '?', word: 'Could not be computed', tone: 'unknown' },
};

/** An explanation in plain words, for readers who are neither statisticians nor programmers. */
export interface Term {
  readonly term: string;
  readonly meaning: string;
}

export const glossary: readonly Term[] = [
  {
    term: 'Synthetic row',
    meaning:
      'A made-up record with the same columns as a real one. It describes nobody, but it is drawn by a program that has learned from real records, so it should behave like one.',
  },
  {
    term: 'Synthesizer',
    meaning: 'The program that learns from the real training records and then writes synthetic rows.',
  },
  {
    term: 'Training part and test part',
    meaning:
      'The real patients are divided once, before anything is learned. Synthesizers and models see the training part only; the test part is kept back to examine them. No patient may be in both; the checks say whether that holds.',
  },
  {
    term: 'Task',
    meaning:
      'A question that a prediction model is asked about each row, such as: will this patient die in hospital?',
  },
  {
    term: 'TRTR (train on real, test on real)',
    meaning:
      'A prediction model learns from the real training part and is examined on the real test part. This is how well the task can be done with the real data.',
  },
  {
    term: 'TSTR (train on synthetic, test on real)',
    meaning:
      'The same model learns from synthetic rows instead and is examined on the very same real test patients. If the synthetic rows are a good stand-in, it does about as well.',
  },
  {
    term: 'Ratio (TSTR / TRTR)',
    meaning:
      'The score with synthetic training divided by the score with real training. 1 means nothing was lost. It flatters weak tasks, since a score of 0.5 is what a coin gets: read “skill kept” beside it.',
  },
  {
    term: 'Skill kept',
    meaning:
      'The same comparison counted from the coin’s 0.5 upwards. 100 % means that all of the model’s advantage over guessing survived.',
  },
  {
    term: 'AUC (area under the ROC curve)',
    meaning:
      'Take one patient with the outcome and one without, at random: the AUC is the chance that the model gives the first the higher risk. 0.5 is guessing, 1 is perfect. With more than two classes it is the mean over classes, each against all others.',
  },
  {
    term: 'ROC curve',
    meaning:
      'Lower the alarm threshold of a model step by step: the curve shows the share of true cases found (up) against the share of false alarms (right). Curves that lie on each other mean that both models work alike.',
  },
  {
    term: 'Interval [low–high]',
    meaning:
      'The test patients are a sample. Had another sample come, the figure would have been a little different: the interval is the range within which it would mostly (95 % unless said otherwise) have fallen. A wide interval means few patients, and little certainty.',
  },
  {
    term: 'Brier score',
    meaning:
      'Mean squared error of predicted risks: 0 is perfect, and lower is better. Unlike the AUC it also punishes risks that are too high or too low throughout.',
  },
  {
    term: 'Log-loss',
    meaning: 'Another error of predicted risks, harsher on confident mistakes; lower is better.',
  },
  {
    term: 'Calibration slope',
    meaning: '1 means that predicted risks are as bold as they should be; below 1 they are too extreme.',
  },
  {
    term: 'Distance (KS, TV)',
    meaning:
      'How far a synthetic column is from the real one, from 0 (alike) to 1 (nothing in common). KS, for numbers: the largest gap between the two cumulative curves. TV, for categories: the share of rows that would have to change category.',
  },
  {
    term: 'Floor and ceiling',
    meaning:
      'A similarity means little on its own. The floor is what real columns reach when each is shuffled by itself, so that all relations are lost; the ceiling is what fresh real patients reach. 0 = no better than the floor, 1 = as good as fresh real patients.',
  },
  {
    term: 'Association',
    meaning:
      'How strongly two columns go together: 0 not at all, 1 (or −1, when one falls as the other rises) completely.',
  },
  {
    term: 'Discriminator',
    meaning:
      'A model trained to tell synthetic rows from real ones. An AUC of 0.5 means that it cannot; 1 means that it always can.',
  },
  {
    term: 'Membership attack',
    meaning:
      'An attempt to tell from the synthetic rows whether a certain person’s record was learned from. Its AUC is 0.5 when it does no better than guessing. An average can hide a few people who are recognised with certainty, so the share found with very few false alarms is shown as well.',
  },
  {
    term: 'Positive control',
    meaning:
      'The same attacks on rows among which copies of training records have been planted. If they miss those, their silence about the real rows means nothing.',
  },
  {
    term: 'Remote record',
    meaning:
      'A person unlike the others, such as a very old patient with a rare combination. Such people are recognised first, so they are examined on their own.',
  },
  {
    term: 'Attribute inference',
    meaning:
      'Guessing one hidden value of a person from all the others with the help of the synthetic rows. It is a leak only as far as it works better for people who were learned from.',
  },
  {
    term: 'Differential privacy, ε (epsilon)',
    meaning:
      'A mathematical promise about how much any single patient can have influenced the synthetic rows: the smaller ε, the stronger the promise. Without it there is no such promise, only what was measured.',
  },
];

/** Where the methods come from. */
export const sources: readonly { readonly what: string; readonly where: string }[] = [
  {
    what: 'Train on synthetic, test on real',
    where:
      'Esteban C, Hyland SL, Rätsch G. Real-valued (medical) time series generation with recurrent conditional GANs. arXiv:1706.02633, 2017.',
  },
  {
    what: 'ROC curve and AUC',
    where:
      'Hanley JA, McNeil BJ. The meaning and use of the area under a receiver operating characteristic (ROC) curve. Radiology 143:29–36, 1982. Several classes: Fawcett T. An introduction to ROC analysis. Pattern Recognition Letters 27:861–874, 2006.',
  },
  {
    what: 'Bootstrap intervals',
    where: 'Efron B, Tibshirani RJ. An Introduction to the Bootstrap. Chapman & Hall, 1993.',
  },
  {
    what: 'Intervals of shares',
    where:
      'Wilson EB. Probable inference, the law of succession, and statistical inference. Journal of the American Statistical Association 22:209–212, 1927.',
  },
  {
    what: 'Bias-corrected Cramér’s V',
    where:
      'Bergsma W. A bias-correction for Cramér’s V and Tschuprow’s T. Journal of the Korean Statistical Society 42:323–328, 2013.',
  },
  {
    what: 'Brier score',
    where:
      'Brier GW. Verification of forecasts expressed in terms of probability. Monthly Weather Review 78:1–3, 1950.',
  },
  {
    what: 'Calibration slope',
    where: 'Cox DR. Two further applications of a model for binary regression. Biometrika 45:562–565, 1958.',
  },
  {
    what: 'Kolmogorov-Smirnov distance',
    where:
      'Massey FJ. The Kolmogorov-Smirnov test for goodness of fit. Journal of the American Statistical Association 46:68–78, 1951.',
  },
  {
    what: 'Maximum mean discrepancy (MMD)',
    where:
      'Gretton A et al. A kernel two-sample test. Journal of Machine Learning Research 13:723–773, 2012.',
  },
  {
    what: 'Discriminator (classifier two-sample test)',
    where: 'Lopez-Paz D, Oquab M. Revisiting classifier two-sample tests. ICLR, 2017.',
  },
  {
    what: 'Shares found at few false alarms',
    where:
      'Carlini N et al. Membership inference attacks from first principles. IEEE Symposium on Security and Privacy, 2022.',
  },
  {
    what: 'Advantage of attribute inference',
    where:
      'Yeom S, Giacomelli I, Fredrikson M, Jha S. Privacy risk in machine learning: analyzing the connection to overfitting. IEEE Computer Security Foundations Symposium, 2018.',
  },
  {
    what: 'Nearer to training than to held-out records',
    where:
      'Platzer M, Reutterer T. Holdout-based empirical assessment of mixed-type synthetic data. Frontiers in Big Data 4:679939, 2021.',
  },
  {
    what: 'Why distances prove nothing',
    where:
      'Ganev G, De Cristofaro E. On the inadequacy of similarity-based privacy metrics. arXiv:2312.05114, 2023.',
  },
  {
    what: 'Chance of the strongest of several attacks',
    where: 'Westfall PH, Young SS. Resampling-Based Multiple Testing. Wiley, 1993.',
  },
  {
    what: 'Differential privacy',
    where:
      'Dwork C, Roth A. The Algorithmic Foundations of Differential Privacy. Foundations and Trends in Theoretical Computer Science 9:211–407, 2014.',
  },
];
