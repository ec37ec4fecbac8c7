import { type FormField, formFields, readField } from '../model/form-field.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { enteredFor } from './entered-field.ts';
import type { Intent, Key, Pressed } from './keys.ts';
import { questionText } from './sheet.ts';
import { type AskedHere, type Draft, openQuestion, startDraft, type UiState } from './ui-state.ts';

/** Keys that were on their way when a question came up were meant for something else. */
const DEAF_MS = 300;

const PAGE = 8;

/** Takes a key for the question that is open; undefined when it is not for it. Pure. */
export function pressForAnswer(ui: UiState, key: Key): Pressed | undefined {
  const asked = openQuestion(ui);
  if (asked === undefined || ui.how === 'replay') return undefined;
  const draft = ui.draft?.id === asked.id ? ui.draft : startDraft(asked.id);
  const isSoon = key.at - asked.shownAt < DEAF_MS;
  if (isSoon) return key.name === 'tab' || key.name === 'back-tab' ? undefined : { ui, intents: [] };
  const clean = { ...draft, problem: '' };
  if (asked.question.kind === 'form') return pressInForm(ui, key, { asked, draft: clean });
  return clean.mode === 'read'
    ? pressToChoose(ui, key, { asked, draft: clean })
    : pressToWrite(ui, key, { asked, draft: clean });
}

interface Open {
  readonly asked: AskedHere;
  readonly draft: Draft;
}

function keep(ui: UiState, draft: Draft): Pressed {
  return { ui: { ...ui, draft }, intents: [] };
}

/** What was answered leaves the queue at once, so that no second key can answer it again. */
function send(ui: UiState, id: string, intent: Intent): Pressed {
  return {
    ui: { ...ui, draft: undefined, queue: ui.queue.filter(each => each.id !== id) },
    intents: [intent],
  };
}

function answer(
  ui: UiState,
  id: string,
  said: { readonly choice: string | null; readonly text?: string; readonly alike?: true },
): Pressed {
  const alike = said.alike === true ? { alike: true as const } : {};
  return send(ui, id, { type: 'answer', id, choice: said.choice, text: said.text ?? null, ...alike });
}

/** Keys that read on, put aside or begin to write; the rest by the kind of question. */
function pressToChoose(ui: UiState, key: Key, open: Open): Pressed | undefined {
  const { asked, draft } = open;
  const letter = key.name === 'text' ? (key.text ?? '') : '';
  if (letter === 'l')
    return { ui: { ...ui, aside: true, toast: 'put aside; l brings it back' }, intents: [] };
  if (letter === 'v') {
    const text = questionText(asked);
    return {
      ui: { ...ui, pager: { title: 'All of the question', text, kind: kindOf(asked), top: 0, copy: text } },
      intents: [],
    };
  }
  const { question } = asked;
  const hasChoices = question.kind === 'question' && question.choices.length > 0;
  if (hasChoices && (key.name === 'up' || key.name === 'down')) {
    const count = question.choices.length;
    const choice = (draft.choice + (key.name === 'down' ? 1 : -1) + count) % count;
    return keep(ui, { ...draft, choice });
  }
  const scrolled = scroll(key, draft.top);
  if (scrolled !== undefined) return keep(ui, { ...draft, top: scrolled });
  return pressLetter(ui, { key, letter }, open);
}

function kindOf({ question }: AskedHere): 'prose' | 'diff' | 'code' {
  if (question.kind !== 'approval' && question.kind !== 'uncertain') return 'prose';
  return 'diff';
}

function scroll({ name }: Key, top: number): number | undefined {
  if (name === 'up') return Math.max(0, top - 1);
  if (name === 'down') return top + 1;
  if (name === 'page-up') return Math.max(0, top - PAGE);
  return name === 'page-down' ? top + PAGE : undefined;
}

interface Typed {
  readonly key: Key;
  readonly letter: string;
}

function pressLetter(ui: UiState, { key, letter }: Typed, { asked, draft }: Open): Pressed | undefined {
  const { id, question } = asked;
  const write = (mode: Draft['mode']): Pressed => keep(ui, { ...draft, mode, text: '' });
  switch (question.kind) {
    case 'question': {
      const { choices, freeText } = question;
      const chosen =
        key.name === 'enter'
          ? choices[draft.choice]
          : /^[1-9]$/.test(letter)
            ? choices[Number(letter) - 1]
            : undefined;
      if (chosen !== undefined) return answer(ui, id, { choice: chosen });
      const mayWrite = freeText || choices.length === 0;
      if (mayWrite && (letter === 'w' || (key.name === 'enter' && choices.length === 0)))
        return write('words');
      return /^[1-9]$/.test(letter) ? keep(ui, draft) : undefined;
    }
    case 'approval':
      if (letter === 'y')
        return asked.code !== undefined ? write('code') : answer(ui, id, { choice: 'allow' });
      if (letter === 'A')
        return asked.code !== undefined
          ? keep(ui, { ...draft, problem: 'a call that may destroy something is allowed one by one' })
          : answer(ui, id, { choice: 'allow', alike: true });
      if (letter === 'a')
        return keep(ui, { ...draft, problem: 'A allows all like it, y just this call, l is later' });
      if (letter === 'n') return answer(ui, id, { choice: 'deny' });
      return letter === 'r' ? write('reason') : undefined;
    case 'uncertain':
      if (letter === 'd') return answer(ui, id, { choice: 'done' });
      if (letter === 'n') return answer(ui, id, { choice: 'not done' });
      return letter === 'j' ? write('result') : undefined;
    case 'url':
      if (letter === 'y') return send(ui, id, { type: 'tool-answer', id, action: 'accept' });
      if (letter === 'n') return send(ui, id, { type: 'tool-answer', id, action: 'decline' });
      return letter === 'c'
        ? {
            ui: { ...ui, toast: 'copied, if the terminal allows it' },
            intents: [{ type: 'copy', text: question.url }],
          }
        : undefined;
    default:
      return undefined;
  }
}

/** A line that is typed as an answer. */
function pressToWrite(ui: UiState, key: Key, { asked, draft }: Open): Pressed {
  if (key.name === 'escape') return keep(ui, { ...draft, mode: 'read', text: '' });
  if (key.name === 'backspace') return keep(ui, { ...draft, text: [...draft.text].slice(0, -1).join('') });
  if (key.name === 'text') return keep(ui, { ...draft, text: draft.text + (key.text ?? '') });
  if (key.name !== 'enter') return keep(ui, draft);
  const { id, question } = asked;
  const text = draft.text.trim();
  switch (draft.mode) {
    case 'words':
      return text === ''
        ? keep(ui, { ...draft, problem: 'expected some words' })
        : answer(ui, id, { choice: null, text });
    case 'reason':
      return answer(ui, id, text === '' ? { choice: 'deny' } : { choice: 'deny', text });
    case 'code': {
      const isRight = question.kind === 'approval' && text === asked.code;
      return isRight
        ? answer(ui, id, { choice: 'allow' })
        : keep(ui, { ...draft, text: '', problem: 'that is not the code; nothing was allowed' });
    }
    default:
      return isJson(text)
        ? answer(ui, id, { choice: 'done', text })
        : keep(ui, { ...draft, problem: 'expected the result of the call as JSON' });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A form: fields one after the other, then all of it at once. */
function pressInForm(ui: UiState, key: Key, open: Open): Pressed | undefined {
  const { asked, draft } = open;
  const { id, question } = asked;
  if (question.kind !== 'form') return undefined;
  const fields = formFields(question.schema) ?? [];
  if (draft.mode !== 'read') return pressInField(ui, key, { ...open, fields });
  const letter = key.name === 'text' ? key.text : undefined;
  if (letter === 'n') return send(ui, id, { type: 'tool-answer', id, action: 'decline' });
  if (letter === 'x') return send(ui, id, { type: 'tool-answer', id, action: 'cancel' });
  if (letter !== 'y') return pressToChoose(ui, key, open);
  const [first] = fields;
  if (first === undefined) return send(ui, id, { type: 'tool-answer', id, action: 'accept', content: {} });
  return keep(ui, { ...draft, mode: 'words', field: 0, text: enteredFor(first, draft) });
}

interface OpenForm extends Open {
  readonly fields: readonly FormField[];
}

function pressInField(ui: UiState, key: Key, form: OpenForm): Pressed {
  const { draft, fields } = form;
  if (key.name === 'escape') return keep(ui, { ...draft, mode: 'read', text: '' });
  if (key.name === 'backspace') return keep(ui, { ...draft, text: [...draft.text].slice(0, -1).join('') });
  if (key.name === 'text') return keep(ui, { ...draft, text: draft.text + (key.text ?? '') });
  const field = fields[draft.field];
  if (field === undefined) return keep(ui, draft);
  const values = { ...draft.values, [field.name]: draft.text };
  const next = draft.field + (key.name === 'up' ? -1 : 1);
  if (key.name === 'enter') {
    const read = readField(field, draft.text);
    if ('problem' in read) return keep(ui, { ...draft, problem: `${field.title}: ${read.problem}` });
    if (next >= fields.length) return sendForm(ui, { ...form, draft: { ...draft, values } });
  } else if (key.name !== 'up' && key.name !== 'down') return keep(ui, draft);
  const to = Math.max(0, Math.min(fields.length - 1, next));
  const target = fields[to] ?? field;
  return keep(ui, { ...draft, values, field: to, text: enteredFor(target, { ...draft, values }) });
}

/** All that was entered as one object, or back to the first field that is wrong. */
function sendForm(ui: UiState, { asked, draft, fields }: OpenForm): Pressed {
  const entries: [string, JsonValue][] = [];
  for (const [index, field] of fields.entries()) {
    const text = enteredFor(field, draft);
    const read = readField(field, text);
    if ('problem' in read)
      return keep(ui, { ...draft, field: index, text, problem: `${field.title}: ${read.problem}` });
    if (read.value !== undefined) entries.push([field.name, read.value]);
  }
  const content: JsonObject = Object.fromEntries(entries);
  return send(ui, asked.id, { type: 'tool-answer', id: asked.id, action: 'accept', content });
}
