import { z } from 'zod';
import { section } from '../../core/index.js';
import { tableFileShape } from '../../table/index.js';
import { commonShape } from './common.js';
import { groupings } from './groupings.js';
import { idSchema, nameSchema } from './names.js';

const columnName = z.string().min(1);
const values = z.array(z.string()).min(1);
const whereSchema = section({ column: columnName, in: values });

const rowStep = z.union([
  section({ exclude: whereSchema, title: z.string().optional() }),
  section({
    /** Keeps one row per value of this column: the first in the order of `by` (numbers as numbers). */
    firstPer: columnName,
    by: columnName,
    title: z.string().optional(),
  }),
]);

/** How a new column follows from one of the file. Exactly one rule is given. */
const ruleShape = {
  from: columnName,
  /** Binary: whether the cell is this text. */
  equals: z.string().optional(),
  /** Binary: whether the cell is one of these texts. */
  in: values.optional(),
  /** Binary: whether the number is greater. */
  over: z.number().optional(),
  /** Categories: the group of a diagnosis code, or the cell itself (`code`). */
  group: z.enum(groupings).optional(),
  /** Categories by a list: new name → texts. Texts that are not listed become `other`. */
  map: z.record(z.string(), values).optional(),
};

const deriveSchema = section({
  ...ruleShape,
  /** Categories with fewer rows become `other`. */
  otherBelow: z.int().min(0).default(10),
  description: z.string().optional(),
});

const tableTask = section({
  id: idSchema,
  title: z.string().min(1),
  label: section({
    name: nameSchema,
    ...ruleShape,
    /** With `group`: only the most frequent groups of the train part are classes. */
    top: z.int().min(2).optional(),
    others: z.enum(['drop', 'other']).default('drop'),
    /** Rows without a label. */
    missingWhere: z.array(whereSchema).default([]),
  }),
  /** Columns that say the label or follow from it; the label's own source column always is. */
  exclude: z.array(columnName).default([]),
});

/** A blueprint over one table. */
export const tableBlueprintSchema = section({
  ...commonShape,
  source: section({
    format: z.literal('table'),
    /** Name in the data catalogue, a folder, or the file itself. */
    data: z.string().min(1),
    /** The file inside the folder. */
    file: z.string().min(1).optional(),
  }),
  table: section({
    /** Column that names the patient: the split never puts one on both sides. Without it every row is a patient. */
    subject: columnName.optional(),
    /** Further columns that identify and are never modelled. */
    keys: z.array(columnName).default([]),
    anchors: z.array(columnName).default([]),
    ...tableFileShape,
    /** Steps that choose rows, in order. */
    rows: z.array(rowStep).default([]),
    /** New feature columns: name → rule. */
    derive: z.record(nameSchema, deriveSchema).default({}),
    /** Columns of the file that are not features (they may still serve rules and labels). */
    drop: z.array(columnName).default([]),
  }),
  tasks: z.array(tableTask).min(1),
});

export type TableBlueprint = z.infer<typeof tableBlueprintSchema> & { readonly kind: 'table' };
export type TableTask = z.infer<typeof tableTask>;
export type TableRule = Pick<
  z.infer<typeof deriveSchema>,
  'from' | 'equals' | 'in' | 'over' | 'group' | 'map'
>;
export type RowStep = z.infer<typeof rowStep>;
