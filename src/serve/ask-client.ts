import type { ElicitRequestFormParams } from '@modelcontextprotocol/server';
import { fitsQuestion } from '../model/fits-question.ts';
import type { PersonQuestion } from '../model/person-question.ts';
import type { PersonAnswer } from '../ports/engine.ts';
import type { OpenQuestion } from './served-crew.ts';

type Form = Omit<ElicitRequestFormParams, 'mode'>;

/** A question as a form that a client shows to its person. Nothing is filled in, so nothing is said by mistake. Pure. */
export function formOf({ text, question }: Pick<OpenQuestion, 'text' | 'question'>): Form {
  return { message: text, requestedSchema: schemaOf(question) };
}

function schemaOf(question: PersonQuestion): Form['requestedSchema'] {
  if (question.kind === 'approval') {
    const why = { type: 'string' as const, title: 'Why', description: 'words that the role is told' };
    return object({ decision: choiceOf(['allow', 'deny']), text: why }, ['decision']);
  }
  if (question.kind === 'uncertain') {
    const result = {
      type: 'string' as const,
      title: 'Result',
      description: 'the result of the call as JSON, if it was done and that matters',
    };
    return object({ decision: choiceOf(['done', 'not done']), text: result }, ['decision']);
  }
  const { choices, freeText } = question;
  const words = { type: 'string' as const, title: 'Answer' };
  if (choices.length === 0) return object({ text: words }, ['text']);
  return freeText
    ? object({ choice: choiceOf(choices), text: words }, [])
    : object({ choice: choiceOf(choices) }, ['choice']);
}

function choiceOf(choices: readonly string[]) {
  return { type: 'string' as const, enum: [...choices] };
}

function object(
  properties: Form['requestedSchema']['properties'],
  required: string[],
): Form['requestedSchema'] {
  return { type: 'object', properties, required };
}

/**
 * What a client's person said to a question, or undefined when that is no answer: declined, cancelled, or not one that the
 * question allows. Declining leaves the question open: only a decision that was chosen counts. Pure.
 */
export function answerOf(
  question: PersonQuestion,
  response: { readonly action?: unknown; readonly content?: unknown },
  by: string,
): PersonAnswer | undefined {
  if (response.action !== 'accept') return undefined;
  const content = response.content;
  if (typeof content !== 'object' || content === null) return undefined;
  const choice = textAt(content, question.kind === 'question' ? 'choice' : 'decision');
  const bound =
    question.kind === 'approval' && question.binding !== undefined ? { binding: question.binding } : {};
  const answer = { choice, text: textAt(content, 'text'), by, ...bound };
  return fitsQuestion(question, answer) ? answer : undefined;
}

function textAt(content: object, name: string): string | null {
  const value: unknown = Object.hasOwn(content, name) ? Reflect.get(content, name) : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
}
