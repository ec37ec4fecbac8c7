/** What a worker is to do, and for whom. */
export interface JobOptions {
  readonly how: 'delegation' | 'question' | 'sent-back';
  /** The role that manages. */
  readonly from: string;
  readonly text: string;
  /** What a delegation is expected to bring. */
  readonly expected?: string;
}

/** The message that gives a worker its task, asks it a question, or sends its work back. Pure. */
export function jobMessage({ how, from, text, expected }: JobOptions): string {
  switch (how) {
    case 'delegation':
      return `\`${from}\`, who manages this work, gives you this task:

${text.trim()}

# What is expected of you

${expected?.trim() ?? 'The result of the task.'}`;
    case 'question':
      return `\`${from}\`, who manages this work, asks you:

${text.trim()}

Answer the question, and nothing beside it.`;
    case 'sent-back':
      return `\`${from}\`, who manages this work, sends your work back:

${text.trim()}

Mend that and deliver the whole result again, complete in itself.`;
  }
}
