/** A cell of a CSV file: null is an empty cell. */
export type CsvCell = string | number | null;

const special = /[",\r\n]/;

/** One line of a CSV file (RFC 4180: a cell with a comma, a quote or a line break is quoted), ended by a line feed. */
export function csvLine(cells: readonly CsvCell[]): string {
  let line = '';
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (i > 0) line += ',';
    if (typeof cell === 'string') line += special.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
    else if (typeof cell === 'number') line += String(cell);
  }
  return `${line}\n`;
}
