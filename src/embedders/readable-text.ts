/** More of a text than any model reads. */
const LONGEST_TEXT = 24_000;

/** What of a text is sent to a model: its beginning, and never nothing, which servers refuse. Pure. */
export function readableText(text: string): string {
  return text.slice(0, LONGEST_TEXT).toWellFormed().trim() || '-';
}
