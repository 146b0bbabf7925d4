export { courseSchema } from './course-schema.js';
export type { Course } from './course-schema.js';
export { compileStayData, stayData, stayFiles, stayFilesSchema } from './data.js';
export type { StayData, StayFiles } from './data.js';
export { simulateStay } from './stay.js';
export type { StayRequest } from './stay.js';
export { organs } from './types.js';
export type * from './types.js';
