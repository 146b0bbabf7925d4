export { refuseCollapse, refuseCollapsePrivately } from './refuse.js';
export type { Coder } from './coder.js';
export { codeStep, decoderMeanings, valueSteps, variablesOf } from './manual.js';
export { drawDecoded } from './decoded.js';
export type { Decode } from './decoded.js';
export { FittedNetwork } from './fitted.js';
export type { NetworkBlock, NetworkKind, NetworkModel } from './fitted.js';
export { choiceCode, codeDrawers, hasNetwork, layoutOf } from './layout.js';
export type { Choice, DrawCode, Layout } from './layout.js';
export { decodeColumn, emptyRows, encodeColumn, hotRows, putColumn } from './rows.js';
export type { CodedColumn, CodedRows } from './rows.js';
export { fingerprintOf, learnTable } from './learn.js';
export type { Learned } from './learn.js';
export { latentFields, learningRate, networkFields, privateFields, units, validation } from './options.js';
export type { LatentOptions, NetworkOptions, PrivateOptions } from './options.js';
export { loadNetwork, modelFields } from './store.js';
export { learnPrivately } from './learn-privately.js';
export type { PrivatelyLearned } from './learn-privately.js';
export { trainLearned } from './train-learned.js';
export {
  classOfLabels,
  labelChoices,
  labelDrawer,
  labelsSchema,
  learnLabels,
  noLabels,
  putLabels,
} from './labels.js';
export type { GivenCodes, Labels } from './labels.js';
export { classesSchema, drawClasses, drawShare, flatShares, labelCodes, learnedCodes } from './classes.js';
export type { Classes, Place } from './classes.js';
export {
  beyondClass,
  calibrateClasses,
  classDecoder,
  classDecoderNetwork,
  classInput,
  classTable,
} from './class-decoder.js';
export type { ClassShape } from './class-decoder.js';
export { drawByClass } from './class-draw.js';
export { cellSteps, classDecoderManual, classMeaning, classSteps } from './class-manual.js';
