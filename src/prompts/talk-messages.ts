/** What a speaker is told who has the turn again without having heard anything since. */
export const YOUR_TURN_AGAIN = 'It is your turn again. Go on.';

/** A reply of somebody else, as a participant hears it. Pure. */
export function heardMessage(speaker: string, text: string): string {
  return `${speaker}: ${text}`;
}

/** What a speaker told the one whom it handed over to. Pure. */
export function handedMessage(speaker: string, brief: string): string {
  return `${speaker} hands over to you: ${brief}`;
}
