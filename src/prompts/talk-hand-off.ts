/** What the hand-off tool to a participant is said to do. Pure. */
export function describeHandOff(to: string): string {
  return `Ends your turn and gives the next one to \`${to}\`, with a brief of what it is to do.`;
}

/** What the brief of a hand-off is. */
export const BRIEF = 'What the next speaker is to do or to answer, in one to three sentences.';

/**
 * Asks a speaker once to call a hand-off tool after it only said that it hands over, to `said` if it named somebody, or
 * did not say who speaks next. `isTyped`: the reply is an argument of the tool. Pure.
 */
export function buildHandOffPrompt(options: {
  readonly candidates: readonly string[];
  readonly isTyped: boolean;
  readonly said?: string;
}): string {
  const { candidates, isTyped, said } = options;
  const tools = candidates.map(name => `\`hand_off_to_${name}\``).join(', ');
  const found =
    said === undefined
      ? 'Your reply does not hand over to anybody.'
      : `You wrote that you hand over to \`${said}\`, but only a tool call hands over.`;
  const refused =
    said === undefined || candidates.includes(said)
      ? ''
      : ` \`${said}\` may not speak after you, so choose another one.`;
  const reply = isTyped
    ? 'Give your reply again as the argument `reply`, unchanged.'
    : 'Your reply stands as it is: do not repeat it.';
  return `${found}${refused} Now call one of these tools, with a brief for the next speaker: ${tools}. ${reply}`;
}
