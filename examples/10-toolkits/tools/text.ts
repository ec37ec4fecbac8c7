/** Counts the words and sentences of a text. */
export async function measure({ text }: { text: string }): Promise<Measure> {
  const sentences = text.split(/(?<=[.!?])\s+/).filter(sentence => sentence.trim() !== '');
  const words = sentences.map(sentence => sentence.trim().split(/\s+/).length);
  return {
    words: words.reduce((sum, count) => sum + count, 0),
    sentences: sentences.length,
    longest: Math.max(0, ...words),
  };
}

/** Lists the words that stand in a text more than once, the most frequent first. */
export async function repeated({ text, most = 5 }: { text: string; most?: number }): Promise<Repeated[]> {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/\p{L}{4,}/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const rows = [...counts].filter(([, times]) => times > 1).map(([word, times]) => ({ word, times }));
  return rows.sort((one, two) => two.times - one.times || one.word.localeCompare(two.word)).slice(0, most);
}

interface Measure {
  readonly words: number;
  readonly sentences: number;
  readonly longest: number;
}

interface Repeated {
  readonly word: string;
  readonly times: number;
}
