export { renderReport } from './report.js';
export { renderSummary, type SummaryOptions } from './summary.js';
