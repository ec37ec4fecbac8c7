/**
 * Asks whoever writes down what came out of a conversation to do so; what it heard of the conversation stands before
 * this message. `name` is the artifact. Pure.
 */
export function buildClosingPrompt(name: string): string {
  return `The conversation is over. Now write \`${name}\`, what comes out of it, as the task asks for it: what was settled, and what stayed
open where that matters. Rest it on what was said above, and add nothing that nobody said. Do not go on with the conversation.`;
}
