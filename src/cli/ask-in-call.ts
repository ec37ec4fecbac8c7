import { emptyText, fieldText } from '../model/field-text.ts';
import { type FormField, formFields, formRefusal, readField } from '../model/form-field.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ToolAnswer, ToolQuestion } from '../model/person-question.ts';
import { sanitizeText } from '../reporters/sanitize.ts';
import type { AskedInCall } from '../runtime/executor.ts';
import type { AskingTerminal } from './ask-at-terminal.ts';
import { foreignLines } from './foreign-lines.ts';
import { personName } from './person-name.ts';
import type { TerminalTurns } from './terminal-turns.ts';
import { loadValidation } from './wire.ts';

/** Asks what a tool asks in the middle of its call; undefined when nobody is there to be asked. */
export type AskInCall = (asked: AskedInCall, signal: AbortSignal) => Promise<ToolAnswer | undefined>;

/**
 * Asks the person at the terminal what a tool asks in the middle of its call: a form field by field, an address that they may
 * visit by themselves. Whoever is asked sees who asks first, and may decline. A form that asks for a secret, or that is none,
 * and an address that is not of the web are declined unasked. Without a terminal nobody is there.
 */
export function createAskInCall(options: {
  readonly terminal: AskingTerminal;
  readonly interactive: boolean;
  readonly turns: TerminalTurns;
}): AskInCall {
  const { terminal, interactive, turns } = options;
  return async ({ effect, question }, signal) => {
    if (!interactive) return undefined;
    const by = personName();
    const asking = { terminal, signal, by, title: titleOf(question, effect.tool) };
    return turns(() => (question.kind === 'form' ? askForm(asking, question) : askToVisit(asking, question)));
  };
}

interface Asking {
  readonly terminal: AskingTerminal;
  readonly signal: AbortSignal;
  readonly by: string;
  readonly title: string;
}

function titleOf({ server }: ToolQuestion, tool: string): string {
  return `the server \`${oneLine(server)}\` asks, in the middle of \`${oneLine(tool)}\`; these are its words:`;
}

async function askForm(
  asking: Asking,
  question: Extract<ToolQuestion, { kind: 'form' }>,
): Promise<ToolAnswer> {
  const { terminal, by, title } = asking;
  const refusal = formRefusal(question.schema);
  if (refusal !== undefined) return decline(asking, question, refusal);
  const fields = formFields(question.schema) ?? [];
  const list = fields.map(
    ({ title: name, required }) => `${oneLine(name)}${required ? '' : ' (may be left out)'}`,
  );
  const wants = fields.length === 0 ? 'It wants your consent.' : `It wants to know: ${list.join(', ')}`;
  terminal.stderr(
    `\n${title}\n\n${foreignLines(question.text, terminal.columns)}\n\n${wants}\ny  ${fields.length === 0 ? 'consent' : 'answer'}\nn  decline\n`,
  );
  const taken = await askLeave(asking);
  if (taken !== 'accept') return { action: taken, by };
  const content: { [name: string]: JsonValue } = {};
  for (const field of fields) {
    const value = await askField(asking, field);
    if (value === 'left') return { action: 'cancel', by };
    if (value.value !== undefined) content[field.name] = value.value;
  }
  return { action: 'accept', content: content as JsonObject, by };
}

function decline({ terminal, title }: Asking, { text }: ToolQuestion, why: string): ToolAnswer {
  terminal.stderr(`\n${title}\n\n${foreignLines(text, terminal.columns)}\n\ndeclined: ${oneLine(why)}\n`);
  return { action: 'decline', by: 'crew', why };
}

async function askField(
  { terminal, signal }: Asking,
  field: FormField,
): Promise<{ readonly value: JsonValue | undefined } | 'left'> {
  const { validateValue, describeProblems } = await loadValidation();
  const { title, description, choices } = field;
  const about = description === '' ? title : `${title}: ${description}`;
  const rows = choices.map((choice, index) => `${index + 1}  ${oneLine(String(choice))}`);
  const ways = `(${fieldText(field)}; ${oneLine(emptyText(field))})`;
  terminal.stderr(`\n${[foreignLines(about, terminal.columns), ways, ...rows].join('\n')}\n`);
  for (;;) {
    const line = await terminal.readLine('> ', signal);
    if (line === undefined) return 'left';
    const read = readField(field, line);
    if ('problem' in read) {
      terminal.stderr(`${read.problem}\n`);
      continue;
    }
    const problems = read.value === undefined ? [] : validateValue(field.schema, read.value);
    if (problems.length === 0) return read;
    terminal.stderr(`${oneLine(describeProblems(problems, 1))}\n`);
  }
}

async function askToVisit(
  asking: Asking,
  question: Extract<ToolQuestion, { kind: 'url' }>,
): Promise<ToolAnswer> {
  const { terminal, by, title } = asking;
  const words = foreignLines(question.text, terminal.columns);
  const url = URL.canParse(question.url) ? new URL(question.url) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol)) {
    return decline(asking, question, 'it names no address of the web');
  }
  const shown = foreignLines(url.href, terminal.columns);
  terminal.stderr(
    `\n${title}\n\n${words}\n\nIt wants you to visit a page of the host \`${oneLine(url.host)}\`, which is not opened for you:\n\n${shown}\n\ny  I have seen it and go on\nn  decline\n`,
  );
  return { action: await askLeave(asking), by };
}

async function askLeave({ terminal, signal }: Asking): Promise<ToolAnswer['action']> {
  for (;;) {
    const line = await terminal.readLine('> ', signal);
    if (line === undefined) return 'cancel';
    if (/^\s*(y|yes)\s*$/i.test(line)) return 'accept';
    if (/^\s*(n|no)\s*$/i.test(line)) return 'decline';
    terminal.stderr('expected `y` or `n`\n');
  }
}

function oneLine(text: string): string {
  return sanitizeText(text, { keepNewlines: false });
}
