import {
  BOOLEAN,
  type FieldType,
  listOf,
  objectOf,
  TEXT,
  type ValueType,
} from '../expressions/value-type.ts';

const FAILURE = objectOf(
  new Map([
    ['code', TEXT],
    ['message', TEXT],
  ]),
  { open: false },
);

/**
 * The type of what several models said to one question: each of them either has an `answer` of that type or a `failure`.
 * Where `all` have to answer, there is no failure among them. Pure.
 */
export function answersType(answer: ValueType, { all = false }: { readonly all?: boolean } = {}): ValueType {
  // What stands in an `else` of `answer` is not followed, so `failure` is taken as there.
  const failure: [string, FieldType] = ['failure', { type: () => FAILURE, required: true }];
  const fields: readonly [string, FieldType][] = [
    ['model', { type: () => TEXT, required: true }],
    ['answer', { type: () => answer, required: all }],
    // Only a text can be cut off and still be one.
    ['cutOff', { type: () => BOOLEAN, required: false }],
    ...(all ? [] : [failure]),
  ];
  return listOf([{ kind: 'object', rest: 'closed', fields: new Map(fields) }], 1);
}
