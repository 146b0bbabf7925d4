// The figures of bench:tables as Markdown: means over the seeds, and in brackets the least and the greatest.

const columns = [
  ['accuracy', 'accuracyᵃ', 4],
  ['place', 'placeᵇ', 2],
  ['twoSampleAuc', 'two-sample AUC', 3],
  ['ratio', 'mean TSTR / TRTR', 4],
  ['membershipAuc', 'strongest membership AUC', 3],
  ['differenceAuc', 'distance difference AUC', 3],
  ['tpr1', 'found at 1 %ᶜ', 4],
  ['tpr10', 'found at 10 %ᶜ', 3],
  ['nearerTraining', 'nearer to trainingᵈ', 3],
  ['fitSeconds', 'fit, s', 1],
  ['sampleSeconds', 'sample, s', 1],
];

/** Rows that a minute of processor time draws. */
const rowsAMinute = ({ rows, sampleCpuSeconds, sampleSeconds }) =>
  Math.round((60 * rows) / (sampleCpuSeconds ?? sampleSeconds));

/** What bench:synthesizers shows: seconds of processor time, which other work on the machine changes little. */
export const networkColumns = [
  ...columns.filter(([key]) => !['fitSeconds', 'sampleSeconds', 'tpr1', 'tpr10'].includes(key)),
  ['fitCpuSeconds', 'fit, processor s', 0],
  [rowsAMinute, 'rows drawn a processor minute', 0],
];

/** Mean and spread of several numbers, e.g. `0.981 (0.980 to 0.982)`. */
function spread(values, digits) {
  const known = values.filter((v) => typeof v === 'number');
  if (known.length === 0) return '–';
  const mean = (known.reduce((a, b) => a + b, 0) / known.length).toFixed(digits);
  if (known.length === 1) return mean;
  return `${mean} (${Math.min(...known).toFixed(digits)} to ${Math.max(...known).toFixed(digits)})`;
}

function rows(heading, lines) {
  const cut = (cells) => `| ${cells.join(' | ')} |`;
  return [cut(heading), cut(heading.map(() => '---')), ...lines.map(cut)].join('\n');
}

function groups(results, key) {
  const found = new Map();
  for (const r of results) found.set(r[key], [...(found.get(r[key]) ?? []), r]);
  return [...found];
}

/** @param shown [key of a cell or function of it, title, digits] of each column. */
export function markdown(results, shown = columns) {
  const parts = groups(results, 'table').map(([table, of]) => {
    const [first] = of;
    const settings = groups(of, 'setting');
    const main = rows(
      ['synthesizer', 'seeds', ...shown.map(([, title]) => title)],
      settings.map(([name, runs]) => [
        name,
        runs.length,
        ...shown.map(([key, , digits]) =>
          spread(
            runs.map((r) => (typeof key === 'function' ? key(r) : r[key])),
            digits,
          ),
        ),
      ]),
    );
    const tasks = Object.keys(first.trtr);
    const models = rows(
      ['task / model', 'TRTR', ...settings.map(([name]) => `${name}: TSTR / TRTR`)],
      tasks.map((task) => [
        task,
        first.trtr[task].toFixed(4),
        ...settings.map(([, runs]) =>
          spread(
            runs.map((r) => r.ratios[task]?.ratio),
            3,
          ),
        ),
      ]),
    );
    const scale = `Floor ${first.floor?.toFixed(4)} (columns shuffled), ceiling ${first.ceiling?.toFixed(4)} (fresh real rows), at equal rows. Chance finds 0.01 and 0.1; the strongest of nine attacks lies above 0.5 even where there is nothing to find. Positive control (a tenth copied): AUC ${spread(
      of.map((r) => r.controlAuc),
      3,
    )}, ${of.every((r) => r.controlCaught) ? 'always caught' : 'NOT ALWAYS CAUGHT'}; full copy ${first.copyAuc?.toFixed(3)}.`;
    return `### ${table}\n\n${main}\n\n${scale}\n\n${models}\n`;
  });
  return [
    ...parts,
    'ᵃ mean 1 − TVD over all 1-, 2- and 3-way tables in 10 bins, all synthetic against all training rows. ᵇ between floor 0 and ceiling 1, at equal rows. ᶜ share of members found by the best attack at so many false alarms. ᵈ share of synthetic rows nearer to a training than to a held-out row.',
  ].join('\n');
}
