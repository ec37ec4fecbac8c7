const LONGEST_GIST = 200;
/** Words after which a full stop ends no sentence. */
const SHORT_FORMS = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|no|fig|approx|dr|mr|mrs|ms|st|[a-z])\.$/i;

/**
 * What a text means in one line, by rule: its first sentence, without marks of Markdown, at most 200 characters. For notes
 * whose author gave none. Pure.
 */
export function gistOf(text: string): string {
  const line = firstLine(text);
  const sentence = firstSentence(line);
  if (sentence.length <= LONGEST_GIST) return sentence;
  const cut = sentence.slice(0, LONGEST_GIST - 1).toWellFormed();
  const blank = cut.lastIndexOf(' ');
  return `${(blank > LONGEST_GIST / 2 ? cut.slice(0, blank) : cut).trimEnd()}…`;
}

/** The first line that says something; a title that stands alone says less than the line after it. */
function firstLine(text: string): string {
  const lines = text
    .split('\n')
    .map(line => ({ isTitle: /^\s*#/.test(line), words: withoutMarks(line) }))
    .filter(({ words }) => /[\p{L}\p{N}]/u.test(words));
  return (lines.find(({ isTitle }) => !isTitle) ?? lines[0])?.words ?? '';
}

function withoutMarks(line: string): string {
  return line
    .replace(/^[\s>#*+-]+/, '')
    .replace(/^\d{1,3}[.)]\s+/, '')
    .replaceAll(/\*\*|`/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function firstSentence(line: string): string {
  for (const { index } of line.matchAll(/[.!?…](?=\s|$)/g)) {
    const sentence = line.slice(0, index + 1);
    if (!SHORT_FORMS.test(sentence)) return sentence;
  }
  return line;
}
