// Simulated admissions beside those of several cohorts in one table, from the reports of `anamnesis modules calibrate --report <file>.md`.
// usage: node bench/admission-table.mjs <title>=<report.md> [<title>=<report.md> …] > table.md
// Each report gives two columns, real and simulated; figures that no report has on both sides are left out. Bold: more than 20 % apart.
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** Sections of a report: its figures by name, each as [real, simulated, difference]. */
function readReport(file) {
  const sections = new Map();
  let rows = new Map();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.startsWith('## ')) sections.set(line.slice(3), (rows = new Map()));
    const cells = line.startsWith('| ') ? line.split('|').map((cell) => cell.trim()) : [];
    if (cells.length === 6 && cells[1] !== 'figure' && cells[1] !== '---')
      rows.set(cells[1], cells.slice(2, 5));
  }
  return sections;
}

const given = process.argv.slice(2).map((text) => {
  const [title, file] = text.split('=');
  return { title, sections: readReport(file) };
});
if (given.length === 0) throw new Error('expected <title>=<report.md>, got nothing');

const isTold = (cells) => cells !== undefined && cells[0] !== '–' && cells[1] !== '–';
const names = (lists) => [...new Set(lists.flatMap((list) => [...list]))];
for (const section of names(given.map(({ sections }) => sections.keys()))) {
  const figures = names(given.map(({ sections }) => sections.get(section)?.keys() ?? [])).filter((figure) =>
    given.some(({ sections }) => isTold(sections.get(section)?.get(figure))),
  );
  if (figures.length === 0) continue;
  console.log(`\n### ${section}\n`);
  console.log(`| figure | ${given.map(({ title }) => `${title} | simulated`).join(' | ')} |`);
  console.log(`| --- | ${given.map(() => '---: | ---:').join(' | ')} |`);
  for (const figure of figures) {
    const cells = given.map(({ sections }) => {
      const found = sections.get(section)?.get(figure);
      if (found === undefined) return '– | –';
      const [real, simulated, difference] = found;
      return `${real} | ${difference.startsWith('**') ? `**${simulated}**` : simulated}`;
    });
    console.log(`| ${figure} | ${cells.join(' | ')} |`);
  }
}
