import type { Observation, ObservationValue } from '../../cohort/index.js';
import { measurementsOf } from '../measurements.js';
import type { CsvCell } from '../../core/index.js';
import type { RowContext, Rows } from './rows.js';
import { codeCells, encounterId, time } from './rows.js';

/** `observations`: one row a value; the parts of a panel (blood pressure) are rows of their own, as in Synthea. */
export function observationRows(context: RowContext): Rows {
  return context.record.observations.flatMap((observation) =>
    measurementsOf(observation).map(({ codes, value }) => [
      time(observation.time),
      context.patient,
      encounterId(context, observation.encounter),
      category(observation),
      ...codeCells(codes),
      ...valueCells(value),
    ]),
  );
}

const category = (observation: Observation): string => observation.category;

/** Value, units and type. A value that is absent leaves an empty cell; a coded one its display, as in Synthea. */
function valueCells(value: ObservationValue): [CsvCell, CsvCell, CsvCell] {
  switch (value.kind) {
    case 'quantity':
      return [value.value, value.unit, 'numeric'];
    case 'coding':
      return [value.coding.display, '{nominal}', 'text'];
    case 'text':
      return [value.text, '{nominal}', 'text'];
    case 'boolean':
      return [String(value.value), null, 'text'];
    case 'sampled':
      return [value.series.map((lead) => lead.join(' ')).join(' | '), value.unit, 'text'];
    case 'attachment':
      return [value.url ?? value.title, value.contentType, 'text'];
    case 'absent':
      return [null, null, 'text'];
  }
}
