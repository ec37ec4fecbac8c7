const WORD = /[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}]|[._/@:'’-](?=[\p{L}\p{N}]))*/gu;

/** The words, figures and names of a text, each once, in lower case; a plural without its ending. Pure. */
export function noteWords(text: string): ReadonlySet<string> {
  const words = text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
  return new Set(words.map(withoutEnding));
}

/** Whether each word of `part` stands in `whole` too: nothing is lost when the one takes the place of the other. Pure. */
export function saysAllOf(whole: ReadonlySet<string>, part: ReadonlySet<string>): boolean {
  for (const word of part) if (!whole.has(word)) return false;
  return true;
}

/** Words that turn a statement into its opposite. */
const NEGATIONS: readonly string[] = [
  'not',
  'no',
  'never',
  'none',
  'neither',
  'nor',
  'without',
  'cannot',
  'nothing',
];

/** Whether one of two texts denies and the other does not. Pure. */
export function isOpposed(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return denies(one) !== denies(other);
}

function denies(words: ReadonlySet<string>): boolean {
  if (NEGATIONS.some(word => words.has(word))) return true;
  for (const word of words) if (/n['’]t$/.test(word)) return true;
  return false;
}

/** How much of the words of two texts is the same, 0..1 (Jaccard). Pure. */
export function sharedWords(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let both = 0;
  for (const word of one) if (other.has(word)) both += 1;
  return both === 0 ? 0 : both / (one.size + other.size - both);
}

function withoutEnding(word: string): string {
  return /^[a-z]{3,}[^s\W]s$/.test(word) ? word.slice(0, -1) : word;
}
