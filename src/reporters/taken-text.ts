import type { ToolAnswer } from '../model/person-question.ts';

const TAKEN = { accept: 'answered', decline: 'declined', cancel: 'cancelled' } as const;

/**
 * How a question of a tool was taken: by whom; or why without anybody. What was written into a form stays in the record.
 * Foreign names are not sanitised. Pure.
 */
export function takenText(answer: ToolAnswer | null): string {
  if (answer === null) return 'nobody was there to answer, so it was cancelled';
  const { action, by } = answer;
  const why = answer.action === 'accept' ? undefined : answer.why;
  if (why === undefined) return `${by}: ${TAKEN[action]}`;
  return by === 'crew'
    ? `${TAKEN[action]} without asking anybody: ${why}`
    : `${by}: ${TAKEN[action]}, ${why}`;
}
