/** A hand-off is said near the end of a reply; so many characters of it are looked through. */
const LOOKED_THROUGH = 8_000;
/** Between the words of a hand-off and the name may stand at most this. */
const GAP = '[^.!?;:]{0,60}?';

const OWN_WILL =
  "(?:i(?:'| a)m|i(?:'| wi)ll|i(?: have|'ve)|i(?:'| woul)d like to|i want to|let me|let's|let us|we(?:'| wi)ll|i hereby|i(?= (?:hand|pass|transfer|yield|defer)\\b))";
const PASSING =
  '(?:(?:now |gladly |happily |hereby |be |just )*(?:hand(?:ing|ed)?|pass(?:ing|ed)?|turn(?:ing|ed)?|transfer(?:ring|red)?|forward(?:ing|ed)?|yield(?:ing|ed)?|defer(?:ring|red)?))';
const GIVEN = `(?: (?:this|it|that|things|everything|control|the [\\w -]{1,30}|my [\\w -]{1,20}))?(?: (?:over|off|on|along|back))*`;

/**
 * Finds a hand-off that is only said: a sentence in which the speaker passes its turn to one of `names`, such as "I'll
 * pass this to critic", "handing off to @critic", "over to you, critic", or the call of the tool written as text. The
 * last one counts. It is careful: questions, conditions, negations, quotations, code and what others did are none. Gives
 * the name, or undefined. Only the last 8,000 characters are looked through. Pure.
 */
export function findSaidHandOff(text: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const sentences = sentencesOf(text.slice(-LOOKED_THROUGH));
  const forms = names.map(name => ({ name, call: callOf(name), forms: formsOf(name) }));
  for (const sentence of sentences.toReversed()) {
    const found = forms.find(each => saysHandOff(sentence, each));
    if (found !== undefined) return found.name;
  }
  return undefined;
}

/** Plain text in small letters without quotations and code, in sentences with the mark at their end. */
function sentencesOf(text: string): readonly string[] {
  return text
    .replace(/```[\s\S]*?(?:```|$)/g, '\n')
    .replace(/^\s*>.*$/gm, '')
    .replace(/["“„«][^"”“»\n]{0,400}["”»]/g, ' … ')
    .replace(/[`*]/g, '')
    .replaceAll('’', "'")
    .toLowerCase()
    .split(/(?<=[.!?;])\s+|\n+/)
    .map(sentence => sentence.replace(/\s+/g, ' ').trim())
    .filter(sentence => sentence !== '');
}

const NOT_MEANT =
  /\?$|\b(?:not|n't|never|without|instead of|rather than|if|unless|whether|should|could|would(?! like)|might|may|before|after|when|until|once|don't|won't|can't|cannot)\b|n't\b/;

function saysHandOff(
  sentence: string,
  { call, forms }: { readonly call: RegExp; readonly forms: readonly RegExp[] },
): boolean {
  if (call.test(sentence)) return !/\?$|n't|not /.test(sentence);
  return forms.some(form => form.test(sentence)) && !NOT_MEANT.test(sentence);
}

/** The tool as text. */
function callOf(name: string): RegExp {
  return new RegExp(`\\bhand_off_to_${escapeText(name)}\\b`);
}

/** What a hand-off to somebody looks like in a sentence. */
function formsOf(name: string): readonly RegExp[] {
  const words = name.split('_').map(escapeText).join('[_ -]');
  const who = `(?:@|the |our |my )?${words}(?![\\w-])`;
  const start = '(?:^|[,;:–—-] )';
  return [
    `\\b${OWN_WILL}(?: going to)? ?${PASSING}${GIVEN}${GAP} to ${who}`,
    `(?:${start}|\\b(?:so|and|now|then|ok|okay|well) )${PASSING}${GIVEN} to ${who}`,
    `(?:${start}|\\b(?:now|so|and|then) )(?:over|back|on)(?: now)? to (?:you,? )?${who}`,
    `${start}${who},? (?:over to you|your turn|the floor is yours|you're up|please (?:take|go|continue)|take it (?:from here|away))`,
    `(?:over to you|your turn|the floor is yours|you're up|take it away),? ${who}\\W*$`,
    `^(?:next(?: up| speaker)?|hand-?off(?: to)?|handing off) ?[:→-]+>? ?${who}\\W*$`,
  ].map(form => new RegExp(form));
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
