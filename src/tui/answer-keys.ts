import { type FormField, formFields, readField } from '../model/form-field.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { enteredFor } from './entered-field.ts';
import type { Intent, Key, Pressed } from './keys.ts';
import { canAnswer, LARGER, questionText, showsAllChoices } from './sheet.ts';
import { type AskedHere, type Draft, draftOf, openQuestion, type UiState } from './ui-state.ts';

/** Keys that were on their way when a question came up were meant for something else. */
const DEAF_MS = 300;

const PAGE = 8;

/** Takes a key for the question that is open; undefined when it is not for it. Pure. */
export function pressForAnswer(ui: UiState, key: Key): Pressed | undefined {
  const asked = openQuestion(ui);
  if (asked === undefined || ui.how === 'replay') return undefined;
  const draft = draftOf(ui, asked);
  const isSoon = key.at - asked.shownAt < DEAF_MS;
  if (isSoon) return key.name === 'tab' || key.name === 'back-tab' ? undefined : { ui, intents: [] };
  if (!canAnswer(ui)) return pressUnseen(ui, key, draft);
  const clean = { ...draft, problem: '' };
  if (asked.question.kind === 'form') return pressInForm(ui, key, { asked, draft: clean });
  return clean.mode === 'read'
    ? pressToChoose(ui, key, { asked, draft: clean })
    : pressToWrite(ui, key, { asked, draft: clean });
}

const ANSWERS = /^[yAanrdjwxc1-9]$/;

/** A question that the screen has no room for is not answered: whatever is pressed was not meant for it. */
function pressUnseen(ui: UiState, key: Key, draft: Draft): Pressed | undefined {
  const toast = LARGER;
  if (draft.mode !== 'read' && draft.text !== '')
    return key.name === 'escape'
      ? keep(ui, { ...draft, mode: 'read', text: '', behind: 0 })
      : { ui: { ...ui, toast: `${toast}, or Esc` }, intents: [] };
  const answers = key.name === 'enter' || (key.name === 'text' && ANSWERS.test(key.text ?? ''));
  if (answers) return { ui: { ...ui, toast }, intents: [] };
  return key.name === 'text' && key.text === 'l' ? putAside(ui) : undefined;
}

function putAside(ui: UiState): Pressed {
  return { ui: { ...ui, aside: true, toast: 'put aside; l brings it back' }, intents: [] };
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
  if (letter === 'l') return putAside(ui);
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
  const write = (mode: Draft['mode']): Pressed => keep(ui, { ...draft, mode, text: '', behind: 0 });
  switch (question.kind) {
    case 'question': {
      const { choices, freeText } = question;
      const number = /^[1-9]$/.test(letter) ? Number(letter) - 1 : undefined;
      const isThere = number !== undefined && number < choices.length;
      if (isThere && !showsAllChoices(ui)) return keep(ui, { ...draft, choice: number });
      const chosen = key.name === 'enter' ? choices[draft.choice] : choices[number ?? -1];
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

/** What keys change in a line that is typed; undefined for all others. */
function typed({ text, behind }: Draft, key: Key): Pick<Draft, 'text' | 'behind'> | undefined {
  const characters = [...text];
  const at = Math.max(0, characters.length - behind);
  const [before, after] = [characters.slice(0, at), characters.slice(at).join('')];
  switch (key.name) {
    case 'text':
      return { text: before.join('') + (key.text ?? '') + after, behind };
    case 'backspace':
      return { text: before.slice(0, -1).join('') + after, behind };
    case 'left':
      return { text, behind: Math.min(characters.length, behind + 1) };
    case 'right':
      return { text, behind: Math.max(0, behind - 1) };
    case 'home':
      return { text, behind: characters.length };
    case 'end':
      return { text, behind: 0 };
    default:
      return undefined;
  }
}

/** A line that is typed as an answer. */
function pressToWrite(ui: UiState, key: Key, { asked, draft }: Open): Pressed {
  if (key.name === 'escape') return keep(ui, { ...draft, mode: 'read', text: '', behind: 0 });
  const changed = typed(draft, key);
  if (changed !== undefined) return keep(ui, { ...draft, ...changed });
  const scrolled = scroll(key, draft.top);
  if (scrolled !== undefined) return keep(ui, { ...draft, top: scrolled });
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
        : keep(ui, { ...draft, text: '', behind: 0, problem: 'that is not the code; nothing was allowed' });
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
  return keep(ui, { ...draft, mode: 'words', field: 0, text: enteredFor(first, draft), behind: 0 });
}

interface OpenForm extends Open {
  readonly fields: readonly FormField[];
}

function pressInField(ui: UiState, key: Key, form: OpenForm): Pressed {
  const { draft, fields } = form;
  if (key.name === 'escape') return keep(ui, { ...draft, mode: 'read', text: '', behind: 0 });
  const changed = typed(draft, key);
  if (changed !== undefined) return keep(ui, { ...draft, ...changed });
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
  const text = enteredFor(target, { ...draft, values });
  return keep(ui, { ...draft, values, field: to, text, behind: 0 });
}

/** All that was entered as one object, or back to the first field that is wrong. */
function sendForm(ui: UiState, { asked, draft, fields }: OpenForm): Pressed {
  const entries: [string, JsonValue][] = [];
  for (const [index, field] of fields.entries()) {
    const text = enteredFor(field, draft);
    const read = readField(field, text);
    if ('problem' in read)
      return keep(ui, {
        ...draft,
        field: index,
        text,
        behind: 0,
        problem: `${field.title}: ${read.problem}`,
      });
    if (read.value !== undefined) entries.push([field.name, read.value]);
  }
  const content: JsonObject = Object.fromEntries(entries);
  return send(ui, asked.id, { type: 'tool-answer', id: asked.id, action: 'accept', content });
}
