import type { Key, Pressed } from './keys.ts';
import { findRow, lastTop } from './pager.ts';
import type { Pager, UiState } from './ui-state.ts';

/** Rows of head, foot and frame around the text of a pager. */
const AROUND_ROWS = 4;

/** Takes a key while a pager is open. Pure. */
export function pressInPager(ui: UiState, key: Key): Pressed {
  const { pager } = ui;
  if (pager === undefined) return { ui, intents: [] };
  const letter = key.name === 'text' ? key.text : undefined;
  if (key.name === 'escape' || letter === 'q' || key.name === 'enter')
    return { ui: { ...ui, pager: undefined }, intents: [] };
  if (letter === 'c') {
    if (pager.copy === undefined)
      return { ui: { ...ui, toast: 'there is nothing to copy here' }, intents: [] };
    return {
      ui: { ...ui, toast: 'copied, if the terminal allows it' },
      intents: [{ type: 'copy', text: pager.copy }],
    };
  }
  if (letter === '/') return { ui: { ...ui, typing: { what: 'search', text: '' } }, intents: [] };
  if (letter === 'n' || letter === 'N')
    return { ui: searchInPager(ui, letter === 'n' ? 1 : -1), intents: [] };
  return { ui: { ...ui, pager: { ...pager, top: topAfter(ui, pager, key, letter) } }, intents: [] };
}

function topAfter(ui: UiState, pager: Pager, { name }: Key, letter: string | undefined): number {
  const size = { columns: ui.columns, rows: ui.rows - AROUND_ROWS };
  const last = lastTop(pager, size);
  const page = Math.max(1, size.rows - 4);
  const top = Math.min(pager.top, last);
  const steps: { readonly [name: string]: number } = {
    up: top - 1,
    k: top - 1,
    down: top + 1,
    j: top + 1,
    'page-up': top - page,
    'page-down': top + page,
    ' ': top + page,
    home: 0,
    g: 0,
    end: last,
    G: last,
  };
  const wanted = letter ?? name;
  return Math.max(0, Math.min(last, (Object.hasOwn(steps, wanted) ? steps[wanted] : top) ?? top));
}

/** Scrolls to the next row, or the one before, that has what is searched for. Pure. */
export function searchInPager(ui: UiState, step: 1 | -1): UiState {
  const { pager, search, columns } = ui;
  if (pager === undefined || search === '') return ui;
  const found = findRow(pager, { search, from: pager.top + step, step, columns });
  if (found === undefined)
    return { ...ui, toast: `“${search}” is not further ${step === 1 ? 'down' : 'up'}` };
  return { ...ui, pager: { ...pager, top: found } };
}
