/** What a role reads of a person who watches the run and says something to it. Pure. */
export function steerMessage(text: string): string {
  return `The person who watches this run says to you:

${text.trim()}

Mind it as you go on with your task.`;
}
