/** Takes the text of one answer piece by piece and gives back what of it is the reply. */
export interface LeadingThought {
  /** The part of the reply that is certain now; empty while a tag may still be coming or a thought is open. */
  push(text: string): string;
  /** What is left at the end: of an answer that was cut off in its thought nothing, of any other all that was held back. */
  end(isCutOff: boolean): string;
}

const TAGS = ['think', 'thinking'] as const;

/**
 * Leaves `<think>…</think>` and `<thinking>…</thinking>` out of the start of an answer: many open models write their
 * reasoning there, and it is no part of the reply. Several in a row are left out, with the blank text around them; a tag
 * that comes later is text like any other. A thought that is never closed is kept whole, since the reply may be in it.
 * Holds state; one per answer.
 */
export function createLeadingThought(): LeadingThought {
  /** All that was held back since the last thought that was closed; pieces, because thoughts are long. */
  let held: string[] = [];
  /** What may be the beginning of a tag. */
  let open = '';
  let closing: string | undefined;
  let hasBegun = false;
  let hasThought = false;

  function decide(): string {
    const start = open.trimStart().toLowerCase();
    const tag = TAGS.find(name => start.startsWith(`<${name}>`));
    if (tag !== undefined) {
      closing = `</${tag}>`;
      held = [open];
      const inside = open.slice(open.indexOf('>') + 1);
      open = '';
      return look(inside);
    }
    if (TAGS.some(name => `<${name}>`.startsWith(start))) return '';
    hasBegun = true;
    const reply = hasThought ? open.trimStart() : open;
    open = '';
    return reply;
  }

  /** Looks for the end of the thought; the end of the text before stays, because the tag may be in two pieces. */
  function look(piece: string): string {
    if (closing === undefined) throw new Error('no thought is open');
    const seen = open + piece;
    const end = seen.toLowerCase().indexOf(closing);
    if (end < 0) {
      open = seen.slice(1 - closing.length);
      return '';
    }
    const after = seen.slice(end + closing.length);
    closing = undefined;
    hasThought = true;
    held = [];
    open = after;
    return decide();
  }

  return {
    push(text) {
      if (hasBegun) return text;
      if (closing !== undefined) {
        held.push(text);
        return look(text);
      }
      open += text;
      return decide();
    },
    end(isCutOff) {
      if (hasBegun) return '';
      hasBegun = true;
      if (closing !== undefined) return isCutOff ? '' : held.join('');
      return hasThought ? open.trimStart() : open;
    },
  };
}
