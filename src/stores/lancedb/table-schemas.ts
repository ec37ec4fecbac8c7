import type { Field, Schema } from 'apache-arrow';
import type { LancePackages } from './load-lance.ts';

/** The tables of a memory. `notes` and `blocks` can be read as they were; of the others only what is there now counts. */
export type TableName = 'notes' | 'blocks' | 'changes' | 'counters';

type Arrow = LancePackages['arrow'];
type Columns = { readonly [column: string]: 'key' | 'text' | 'number' | 'numberOrNull' | 'texts' };

/**
 * The columns of each table. The whole note, block or change stands in `json`, so that it is read as one column and comes
 * back to the last field; the others are what it is found by. `rev` names this writing of a note and `was` the one that it
 * was made from, by which changes at the same time are told apart.
 */
const COLUMNS: { readonly [Name in TableName]: Columns } = {
  notes: {
    id: 'key',
    scope: 'text',
    crew: 'text',
    seq: 'number',
    kind: 'text',
    state: 'text',
    run_id: 'text',
    phase: 'text',
    role: 'text',
    hash: 'text',
    trust: 'number',
    created_at: 'number',
    expires_at: 'numberOrNull',
    tags: 'texts',
    sources: 'texts',
    evidence: 'texts',
    search_text: 'text',
    json: 'text',
    rev: 'text',
    was: 'text',
  },
  blocks: { id: 'key', scope: 'text', label: 'text', version: 'number', json: 'text' },
  changes: { id: 'key', at: 'number', what: 'text', target: 'text', run_id: 'text', json: 'text' },
  counters: { name: 'key', value: 'number' },
};

/** LanceDB takes two rows of one key for a conflict only in a table that says so; it cannot be said twice. */
const IS_KEY = new Map([['lance-schema:unenforced-primary-key', 'true']]);

/** The schema of a table as it is created; vectors get a column of their own when it is known what they are of. Pure. */
export function tableSchema(name: TableName, arrow: Arrow): Schema {
  return new arrow.Schema(
    Object.entries(COLUMNS[name]).map(([column, kind]) => fieldOf(column, kind, arrow)),
  );
}

function fieldOf(column: string, kind: Columns[string], arrow: Arrow): Field {
  switch (kind) {
    case 'key':
      return new arrow.Field(column, new arrow.Utf8(), false, IS_KEY);
    case 'text':
      return new arrow.Field(column, new arrow.Utf8(), false);
    case 'number':
      return new arrow.Field(column, new arrow.Float64(), false);
    case 'numberOrNull':
      return new arrow.Field(column, new arrow.Float64(), true);
    case 'texts':
      return new arrow.Field(column, new arrow.List(new arrow.Field('item', new arrow.Utf8(), true)), false);
  }
}
