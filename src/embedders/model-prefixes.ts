/** What models want to be told before a text, so that questions and notes lie near each other; by the beginning of their names. */
const PREFIXES: readonly (readonly [name: string, note: string, query: string])[] = [
  ['nomic-embed-text', 'search_document: ', 'search_query: '],
  ['mxbai-embed-large', '', 'Represent this sentence for searching relevant passages: '],
];

/** The words that go before a text for the model of a name, in lower case with hyphens. Pure. */
export function prefixOf(name: string, kind: 'note' | 'query'): string {
  const [, note = '', query = ''] = PREFIXES.find(([begin]) => name.startsWith(begin)) ?? [];
  return kind === 'note' ? note : query;
}
