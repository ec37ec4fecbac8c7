import { formRefusal } from '../../model/form-field.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { ToolAnswer, ToolQuestion } from '../../model/person-question.ts';
import { isObject } from './json-depth.ts';
import type { McpToolsOptions } from './mcp-tools.ts';
import type { OpenCall } from './open-call.ts';
import { cutText } from './server-failure.ts';

/** A server that asks more often in one call is no longer listened to. */
const MAX_QUESTIONS = 10;
const MAX_FIELDS = 50;
const MAX_FORM_LENGTH = 65_536;
const PRIMITIVES: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean']);
/** What a server is told. */
interface ElicitationAnswer {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: { readonly [field: string]: string | number | boolean | string[] };
}

const DECLINE: ElicitationAnswer = { action: 'decline' };
const CANCEL: ElicitationAnswer = { action: 'cancel' };

/**
 * Puts a question of a server to the person behind the call that is open. For a form that asks for secrets or is none, and
 * for an address that is not of the web, the answer is no. Without a person it is a cancel, for nobody has refused anything;
 * after ten questions in one call too. The time of the call stands still meanwhile.
 */
export async function answerElicitation(
  params: unknown,
  call: OpenCall | undefined,
  { alias, misfit }: Pick<McpToolsOptions, 'alias' | 'misfit'>,
): Promise<ElicitationAnswer> {
  if (call === undefined) return CANCEL;
  if (!isObject(params)) return DECLINE;
  const { context, deadline } = call;
  call.questions += 1;
  if (call.questions > MAX_QUESTIONS) {
    if (call.questions === MAX_QUESTIONS + 1)
      context.notice(`${alias}: it asks more than ${MAX_QUESTIONS} times in one call; no more is answered`);
    return CANCEL;
  }
  const question = questionOf(params, alias);
  if (typeof question === 'string') {
    context.notice(`${alias}: its question is declined: ${question}`);
    return DECLINE;
  }
  const refusal = question.kind === 'form' ? formRefusal(question.schema) : undefined;
  if (refusal !== undefined) {
    context.notice(`${alias}: its question is declined: ${refusal}`);
    context.declined?.(question, refusal);
    return DECLINE;
  }
  if (context.ask === undefined) return CANCEL;
  deadline.pause();
  try {
    const answer = await orAborted(context.ask(question), context.signal);
    return answerOf(answer, question, misfit);
  } finally {
    deadline.resume();
  }
}

function questionOf(params: JsonObject, server: string): ToolQuestion | string {
  const { mode = 'form', message, url, requestedSchema } = params;
  const text = cutText(typeof message === 'string' ? message : '');
  if (mode === 'url') {
    const address = typeof url === 'string' ? URL.parse(url) : null;
    if (address === null || !/^https?:$/.test(address.protocol)) return 'it names no address of the web';
    if (address.username !== '' || address.password !== '') return 'its address has a name or password in it';
    return { kind: 'url', server, text, url: address.href };
  }
  if (mode !== 'form') return 'it is neither a form nor an address';
  const problem = formProblem(requestedSchema);
  return problem ?? { kind: 'form', server, text, schema: requestedSchema as JsonObject };
}

/** A form is flat: every field is text, a number, a yes or no, or a choice of several texts. */
function formProblem(schema: JsonValue | undefined): string | undefined {
  if (!isObject(schema) || schema.type !== 'object' || !isObject(schema.properties)) return 'it has no form';
  const fields = Object.entries(schema.properties);
  if (fields.length > MAX_FIELDS || JSON.stringify(schema).length > MAX_FORM_LENGTH)
    return 'its form is too large';
  for (const [, field] of fields) {
    if (!isObject(field)) return 'a field of its form is none';
    const isChoice = field.type === 'array' && isObject(field.items);
    if (!isChoice && !PRIMITIVES.has(field.type)) return 'its form is not flat';
  }
  return undefined;
}

function answerOf(
  answer: ToolAnswer | undefined,
  question: ToolQuestion,
  misfit: McpToolsOptions['misfit'],
): ElicitationAnswer {
  if (answer === undefined) return CANCEL;
  if (answer.action !== 'accept') return { action: answer.action };
  if (question.kind === 'url') return { action: 'accept' };
  const content = withDefaults(question.schema as JsonObject, answer.content ?? {});
  return misfit(question.schema, content) === undefined
    ? { action: 'accept', content: content as NonNullable<ElicitationAnswer['content']> }
    : DECLINE;
}

/** Fields that a person left out have the value that the form names for that. */
function withDefaults(schema: JsonObject, content: JsonObject): JsonObject {
  const fields = Object.entries(isObject(schema.properties) ? schema.properties : {});
  const defaults = fields.flatMap(([name, field]) =>
    isObject(field) && field.default !== undefined && field.default !== null
      ? [[name, field.default] as const]
      : [],
  );
  return { ...Object.fromEntries(defaults), ...content };
}

/** The answer of a person, or none when the call ends before it comes. */
function orAborted(
  answer: Promise<ToolAnswer | undefined>,
  signal: AbortSignal,
): Promise<ToolAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve({ action: 'cancel', by: '' });
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
