export { dataSetById, openData } from './catalogue.js';
export type { OpenDataSet } from './catalogue.js';
export { fetchData, fetchDataSet } from './fetch.js';
export type { FetchOptions } from './fetch.js';
export { cacheFolder, dataRoots, listData, locateData, vocabularyRoot } from './locate.js';
export type { DataPlaces, LocatedData } from './locate.js';
