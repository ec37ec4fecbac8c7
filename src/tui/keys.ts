import type { JsonObject } from '../model/json.ts';
import { pressForAnswer } from './answer-keys.ts';
import { HELP_TEXT } from './help-text.ts';
import { itemsFrom } from './item-list.ts';
import { pressInPager } from './pager-keys.ts';
import { pressInPane } from './pane-keys.ts';
import { searchFrom } from './search.ts';
import { passes, wholeItem } from './talk-rows.ts';
import {
  type AskedHere,
  openQuestion,
  PANES,
  type PaneName,
  type TabName,
  type UiState,
  writesAnswer,
} from './ui-state.ts';
import type { View } from './view.ts';
import { isOver } from './view-model.ts';
import { whyText } from './why-lines.ts';

/** One key, whatever the terminal sends for it. `text` is what it writes: a character, or all that was pasted. */
export interface Key {
  readonly name:
    | 'text'
    | 'up'
    | 'down'
    | 'left'
    | 'right'
    | 'page-up'
    | 'page-down'
    | 'home'
    | 'end'
    | 'enter'
    | 'escape'
    | 'tab'
    | 'back-tab'
    | 'backspace'
    | 'interrupt'
    | 'suspend';
  readonly text?: string;
  /** Pasted text is only ever words, never a command. */
  readonly pasted?: true;
  /** When it was pressed, in milliseconds of any clock that never runs backwards. */
  readonly at: number;
}

/** What a key asks the program to do beside what it shows. */
export type Intent =
  | { readonly type: 'leave' | 'suspend' | 'interrupt' | 'pause' | 'go-on' | 'stop' }
  | { readonly type: 'prompt'; readonly key: string }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'steer'; readonly role: string; readonly text: string }
  | {
      readonly type: 'answer';
      readonly id: string;
      readonly choice: string | null;
      readonly text: string | null;
      readonly alike?: true;
    }
  | {
      readonly type: 'tool-answer';
      readonly id: string;
      readonly action: 'accept' | 'decline' | 'cancel';
      readonly content?: JsonObject;
    }
  | { readonly type: 'replay'; readonly to: ReplayMove };

/** How a played run is moved. */
export type ReplayMove =
  | 'toggle'
  | 'forward'
  | 'back'
  | 'next-phase'
  | 'previous-phase'
  | 'start'
  | 'end'
  | 'faster'
  | 'slower';

/** The state after a key, and what it asks for. */
export interface Pressed {
  readonly ui: UiState;
  readonly intents: readonly Intent[];
}

/**
 * Takes one key. What is open on top gets it first: a line that is typed, the pager, a question, then the panes. Pure.
 */
export function pressKey(before: UiState, key: Key, view: View): Pressed {
  const pressed = press(before, key, view);
  const asked = visibleQuestion(pressed.ui);
  if (asked === undefined || asked.id === visibleQuestion(before)?.id) return pressed;
  // What only now came on the screen is not answered by a key that was meant for what was there before.
  const queue = pressed.ui.queue.map(each => (each.id === asked.id ? { ...each, shownAt: key.at } : each));
  return { ...pressed, ui: { ...pressed.ui, queue } };
}

function visibleQuestion(ui: UiState): AskedHere | undefined {
  return ui.pager === undefined && ui.typing === undefined ? openQuestion(ui) : undefined;
}

function press(before: UiState, key: Key, view: View): Pressed {
  const ui: UiState = { ...before, toast: '', closesInS: undefined };
  const writes = ui.typing !== undefined || writesAnswer(ui);
  if (key.pasted === true && !writes) return only(ui);
  if (key.name === 'interrupt') return { ui, intents: [{ type: 'interrupt' }] };
  if (key.name === 'suspend') return { ui, intents: [{ type: 'suspend' }] };
  if (ui.typing !== undefined) return pressInLine(ui, key, view);
  if (ui.pager !== undefined) return pressInPager(ui, key);
  const answered = pressForAnswer(ui, key);
  if (answered !== undefined) return answered;
  const global = pressAnywhere(ui, key, view);
  return global ?? only(pressInPane(ui, key, view));
}

function only(ui: UiState): Pressed {
  return { ui, intents: [] };
}

/** Keys that do the same in every pane; undefined for all others. */
function pressAnywhere(ui: UiState, key: Key, view: View): Pressed | undefined {
  if (key.name === 'tab' || key.name === 'back-tab') return only(nextPane(ui, key.name === 'tab' ? 1 : -1));
  if (key.name === 'escape')
    return only({
      ...ui,
      filter: {},
      search: '',
      zoomed: false,
      anchor: undefined,
      item: undefined,
      logRow: undefined,
    });
  const replayed = ui.how === 'replay' ? replayMove(key) : undefined;
  if (replayed !== undefined) return { ui, intents: [{ type: 'replay', to: replayed }] };
  if (key.name !== 'text') return undefined;
  const pane = /^[1-7]$/.test(key.text ?? '') ? PANES[Number(key.text) - 1] : undefined;
  if (pane !== undefined) return only(focusOn(ui, pane));
  switch (key.text) {
    case 'q':
      return { ui, intents: [{ type: 'leave' }] };
    case '?':
      return only(openPager(ui, 'Keys', HELP_TEXT));
    case '/':
      return only({ ...ui, typing: { what: 'search', text: '' } });
    case 'n':
    case 'N':
      return only(
        ui.search === ''
          ? { ...ui, toast: 'nothing was searched for yet: press /' }
          : searchFrom(ui, view, key.text === 'n' ? -1 : 1),
      );
    case 'l':
      return only({ ...ui, aside: false, toast: ui.queue.length === 0 ? 'nothing waits for an answer' : '' });
    case 'z':
      return only({ ...ui, zoomed: !ui.zoomed });
    case 'p': {
      const wanted = promptOf(ui, view);
      if (wanted === undefined) return only({ ...ui, toast: 'no model was called yet' });
      return { ui, intents: [{ type: 'prompt', key: wanted }] };
    }
    case 'c': {
      const whole = wholeItem(view, ui.item ?? view.talk.next - 1);
      if (whole === undefined) return only({ ...ui, toast: 'there is nothing to copy' });
      return {
        ui: { ...ui, toast: 'copied, if the terminal allows it' },
        intents: [{ type: 'copy', text: whole.text }],
      };
    }
    case 'w':
      return only(openPager(ui, 'Why', whyText(view, phaseOf(ui))));
    default:
      return pressForRun(ui, key.text ?? '', view);
  }
}

/** The model call that is marked, or the one before it, or the one under way. */
function promptOf(ui: UiState, view: View): string | undefined {
  const open =
    ui.item === undefined ? [...view.openCalls].findLast(([, call]) => call.what === 'model') : undefined;
  if (open !== undefined) return open[0];
  for (const [, item] of itemsFrom(view.talk, ui.item ?? view.talk.next - 1, -1)) {
    if (item.key !== undefined && passes(ui.filter, item)) return item.key;
  }
  return undefined;
}

function phaseOf(ui: UiState): string | undefined {
  return (ui.focus === 'procedure' ? ui.marked.procedure : undefined) ?? ui.filter.phase;
}

function pressForRun(ui: UiState, text: string, view: View): Pressed | undefined {
  if (text === 's' || text === ' ' || text === 'm') {
    if (ui.how === 'replay')
      return only({ ...ui, toast: 'this run is played again; nothing of it can be changed' });
    if (isOver(view.state)) return only({ ...ui, toast: 'the run is over' });
  }
  if (text === 's') {
    if (ui.stopping) return { ui: { ...ui, stopping: false }, intents: [{ type: 'stop' }] };
    return only({
      ...ui,
      stopping: true,
      toast: 's once more stops the run at the next safe point; it can be resumed',
    });
  }
  if (text === ' ') {
    if (ui.how === 'watch')
      return only({
        ...ui,
        toast: 'another process works on this run; it can be stopped with s, not paused',
      });
    return { ui, intents: [{ type: view.state === 'paused' ? 'go-on' : 'pause' }] };
  }
  if (text === 'm') {
    const to =
      ui.marked.team ??
      ui.filter.role ??
      [...view.roles.values()].find(role => role.state !== 'idle')?.name ??
      [...view.roles.keys()][0];
    if (to === undefined) return only({ ...ui, toast: 'no role of this run can be told anything' });
    return only({ ...ui, typing: { what: 'steer', text: '', to } });
  }
  return undefined;
}

function replayMove(key: Key): ReplayMove | undefined {
  if (key.name === 'left') return 'back';
  if (key.name === 'right') return 'forward';
  const moves: { readonly [text: string]: ReplayMove } = {
    ' ': 'toggle',
    ']': 'next-phase',
    '[': 'previous-phase',
    '{': 'start',
    '}': 'end',
    '+': 'faster',
    '=': 'faster',
    '-': 'slower',
  };
  const { name, text = '' } = key;
  return name === 'text' && Object.hasOwn(moves, text) ? moves[text] : undefined;
}

function focusOn(ui: UiState, pane: PaneName): UiState {
  const isTab = pane === 'artifacts' || pane === 'lessons' || pane === 'log';
  const tab: TabName = isTab ? pane : ui.tab;
  return { ...ui, focus: pane, tab };
}

function nextPane(ui: UiState, step: 1 | -1): UiState {
  const at = PANES.indexOf(ui.focus);
  const pane = PANES[(at + step + PANES.length) % PANES.length] ?? 'talk';
  return focusOn(ui, pane);
}

function openPager(ui: UiState, title: string, text: string, copy?: string): UiState {
  const pager = { title, text, kind: 'prose', top: 0 } as const;
  return { ...ui, pager: copy === undefined ? pager : { ...pager, copy } };
}

/** A search or a message that is being typed. */
function pressInLine(ui: UiState, key: Key, view: View): Pressed {
  const { typing } = ui;
  if (typing === undefined) return only(ui);
  switch (key.name) {
    case 'escape':
      return only({ ...ui, typing: undefined });
    case 'backspace':
      return only({ ...ui, typing: { ...typing, text: [...typing.text].slice(0, -1).join('') } });
    case 'text':
      return only({
        ...ui,
        typing: { ...typing, text: typing.text + (key.text ?? '').replace(/\s+/g, ' ') },
      });
    case 'enter': {
      const closed = { ...ui, typing: undefined };
      const text = typing.text.trim();
      if (text === '') return only(closed);
      if (typing.what === 'search') return only(searchFrom({ ...closed, search: text }, view, -1));
      return { ui: closed, intents: [{ type: 'steer', role: typing.to ?? '', text }] };
    }
    default:
      return only(ui);
  }
}
