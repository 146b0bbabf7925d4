export { renderReport } from './report.js';
export { renderSummary } from './summary.js';
