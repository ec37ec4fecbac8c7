import { approximateTokens } from '../model/approximate-tokens.ts';
import type { MemoryNote } from '../model/memory.ts';
import type { RecalledNote } from '../model/recall.ts';

/** Most tokens of one note; of a longer one its gist and its beginning are shown. */
const MAX_NOTE_TOKENS = 200;

/** A note with its score, before it is cut to what may be shown. */
export interface RankedNote {
  readonly note: MemoryNote;
  readonly score: number;
  readonly parts: { readonly [part: string]: number };
}

/** The order of what is ranked: best first, ties by id. Pure. */
export function byScore(one: RankedNote, other: RankedNote): number {
  return other.score - one.score || (one.note.id < other.note.id ? -1 : 1);
}

/** About how many tokens a note takes where it is shown: its text, and its gist where the text does not say it. Pure. */
export function recalledTokens({ text, gist }: Pick<RecalledNote, 'text' | 'gist'>): number {
  return approximateTokens(text) + (text.includes(gist) ? 0 : approximateTokens(gist));
}

/** As many of the best notes as `limit` and `maxTokens` allow, in their order; one that does not fit is passed over. Pure. */
export function fitNotes(
  ranked: readonly RankedNote[],
  { limit, maxTokens }: { readonly limit: number; readonly maxTokens: number },
): readonly RecalledNote[] {
  const fitting: RecalledNote[] = [];
  let left = maxTokens;
  for (const one of ranked) {
    if (fitting.length >= limit) break;
    const note = recalledNote(one);
    const tokens = recalledTokens(note);
    if (tokens > left) continue;
    left -= tokens;
    fitting.push(note);
  }
  return fitting;
}

/** A note as a role is shown it: at most 200 tokens. Pure. */
export function recalledNote({ note, score, parts }: RankedNote): RecalledNote {
  const { id, kind, gist, scope, runId, phase, role, createdAt, trust, outcome } = note;
  return {
    ...{ id, kind, gist, scope, runId, phase, role, createdAt, trust, score, parts },
    ...(outcome === 'fail' ? { outcome } : {}),
    text: shortText(note),
  };
}

function shortText({ text, gist }: MemoryNote): string {
  if (recalledTokens({ text, gist }) <= MAX_NOTE_TOKENS) return text;
  const fits = (chars: number): boolean =>
    recalledTokens({ text: beginning(text, chars), gist }) <= MAX_NOTE_TOKENS;
  let [fitting, tooLong] = [0, text.length];
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (fits(middle)) fitting = middle;
    else tooLong = middle;
  }
  return beginning(text, fitting);
}

function beginning(text: string, chars: number): string {
  const cut = text.slice(0, chars).toWellFormed();
  const blank = cut.lastIndexOf(' ');
  return `${(blank > chars / 2 ? cut.slice(0, blank) : cut).trimEnd()}…`;
}
