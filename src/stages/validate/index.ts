export * from '../document.js';
export * from '../metric.js';
