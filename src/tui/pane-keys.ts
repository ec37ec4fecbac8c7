import { frameSize } from './frame-size.ts';
import { itemAt, itemsFrom } from './item-list.ts';
import type { Key } from './keys.ts';
import { type ListPane, listRows } from './list-rows.ts';
import { passes, talkRows, wholeItem } from './talk-rows.ts';
import type { Pager, UiState } from './ui-state.ts';
import type { View } from './view.ts';
import { leftText } from './view-text.ts';

const PAGE = 10;

/** How far a key moves: steps, or to an end; undefined for keys that do not move. */
function stepsOf({ name, text }: Key): number | undefined {
  const steps: { readonly [name: string]: number } = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    'page-up': -PAGE,
    'page-down': PAGE,
    home: Number.NEGATIVE_INFINITY,
    g: Number.NEGATIVE_INFINITY,
    end: Number.POSITIVE_INFINITY,
    G: Number.POSITIVE_INFINITY,
  };
  const wanted = name === 'text' ? (text ?? '') : name;
  return Object.hasOwn(steps, wanted) ? steps[wanted] : undefined;
}

/** Takes a key in the pane that is open. Pure. */
export function pressInPane(ui: UiState, key: Key, view: View): UiState {
  const steps = stepsOf(key);
  if (steps !== undefined) {
    if (ui.focus === 'talk') return moveInTalk(ui, view, steps);
    if (ui.focus === 'log') return moveInLog(ui, view, steps);
    return moveInList(ui, view, steps, ui.focus);
  }
  if (key.name === 'enter') return openMarked(ui, view);
  return ui;
}

function moveInTalk(ui: UiState, view: View, steps: number): UiState {
  const follows = steps === Number.POSITIVE_INFINITY || (steps > 0 && ui.item === undefined);
  if (follows) return { ...ui, item: undefined, anchor: undefined };
  const shown = talkRows(view, ui, frameSize(view, ui, 'talk')).flatMap(row =>
    row.item === undefined ? [] : [row.item],
  );
  const to = nextItem(ui, view, steps, shown);
  if (to === undefined) return ui;
  // Whoever goes on beyond the last item wants to follow again.
  if (steps > 0 && to === ui.item) return { ...ui, item: undefined, anchor: undefined };
  const [first] = shown;
  const last = shown.at(-1);
  if (first !== undefined && last !== undefined && to > first && to <= last) {
    return { ...ui, item: to, anchor: ui.anchor ?? { item: last, edge: 'bottom' } };
  }
  return { ...ui, item: to, anchor: { item: to, edge: steps < 0 ? 'top' : 'bottom' } };
}

function nextItem(ui: UiState, view: View, steps: number, shown: readonly number[]): number | undefined {
  if (steps === Number.NEGATIVE_INFINITY) return firstPassing(ui, view);
  const start = ui.item ?? shown.at(-1) ?? view.talk.next - 1;
  const step = steps < 0 ? -1 : 1;
  // Nothing is marked yet: the first step up marks the last item itself.
  let left = ui.item === undefined ? Math.abs(steps) - 1 : Math.abs(steps);
  let found: number | undefined;
  for (const [number, item] of itemsFrom(view.talk, start, step)) {
    if (!passes(ui.filter, item)) continue;
    found = number;
    if (number === start && ui.item !== undefined) continue;
    if (left === 0) return number;
    left -= 1;
    if (left === 0 && ui.item !== undefined) return number;
  }
  return found;
}

function firstPassing(ui: UiState, view: View): number | undefined {
  for (const [number, item] of itemsFrom(view.talk, view.talk.first, 1))
    if (passes(ui.filter, item)) return number;
  return undefined;
}

function moveInLog(ui: UiState, view: View, steps: number): UiState {
  const last = view.log.next - 1;
  const from = ui.logRow ?? last + (steps < 0 ? 1 : 0);
  const to = Math.max(view.log.first, Math.min(last, from + steps));
  return { ...ui, logRow: to === last && steps > 0 ? undefined : to };
}

function moveInList(ui: UiState, view: View, steps: number, pane: ListPane): UiState {
  const size = { ...frameSize(view, ui, pane), nowMs: view.workedMs };
  const ids = listRows(pane, view, size).flatMap(row => (row.id === undefined ? [] : [row.id]));
  if (ids.length === 0) return ui;
  const at = ids.indexOf(ui.marked[pane] ?? '');
  const start = at === -1 ? (steps > 0 ? -1 : ids.length) : at;
  const to = ids[Math.max(0, Math.min(ids.length - 1, start + steps))];
  return to === undefined ? ui : { ...ui, marked: { ...ui.marked, [pane]: to } };
}

/** Opens what is marked: an item, an artifact or a lesson whole; a role or a phase as a filter. */
function openMarked(ui: UiState, view: View): UiState {
  const marked = ui.marked[ui.focus];
  switch (ui.focus) {
    case 'talk':
      return openItem(ui, view);
    case 'log': {
      const row = ui.logRow === undefined ? undefined : itemAt(view.log, ui.logRow);
      return row === undefined ? ui : withPager(ui, { title: row.phase, text: row.text });
    }
    case 'team':
      return marked === undefined ? ui : onlyOf(ui, ui.filter.role === marked ? {} : { role: marked });
    case 'procedure':
      return marked === undefined ? ui : onlyOf(ui, ui.filter.phase === marked ? {} : { phase: marked });
    case 'artifacts': {
      const artifact = view.artifacts.get(marked ?? '');
      if (artifact === undefined) return ui;
      const text = [artifact.text, leftText(artifact.left)].filter(part => part !== '').join('\n\n');
      return withPager(ui, { title: `Artifact ${artifact.phase}`, text, copy: artifact.text });
    }
    case 'lessons': {
      const lesson = marked === undefined ? undefined : itemAt(view.lessons, Number(marked));
      return lesson === undefined
        ? ui
        : withPager(ui, { title: `Lesson of ${lesson.phase}`, text: textOf(lesson), copy: lesson.text });
    }
    default:
      return ui;
  }
}

function openItem(ui: UiState, view: View): UiState {
  const number = ui.item ?? view.talk.next - 1;
  const whole = wholeItem(view, number);
  return whole === undefined ? ui : withPager(ui, { ...whole, copy: whole.text });
}

function onlyOf(ui: UiState, filter: UiState['filter']): UiState {
  const only = filter.role ?? filter.phase;
  return {
    ...ui,
    filter,
    item: undefined,
    anchor: undefined,
    toast: only === undefined ? 'all is shown again' : `the conversation shows only ${only}; Esc shows all`,
  };
}

function withPager(
  ui: UiState,
  { title, text, copy }: Pick<Pager, 'title' | 'text'> & { readonly copy?: string },
): UiState {
  const kind = /^\s*[[{]/.test(text) ? 'code' : /^(?:diff --git |--- \S)/m.test(text) ? 'diff' : 'prose';
  return { ...ui, pager: { title, text, kind, top: 0, ...(copy === undefined ? {} : { copy }) } };
}

/** A lesson of an earlier run is shown with why it is used. */
function textOf({ text, why }: { readonly text: string; readonly why?: string }): string {
  return why === undefined || why === '' ? text : `${text}\n\nUsed because: ${why}`;
}
