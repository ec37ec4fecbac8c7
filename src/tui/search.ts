import { itemsFrom } from './item-list.ts';
import { searchInPager } from './pager-keys.ts';
import { passes } from './talk-rows.ts';
import type { UiState } from './ui-state.ts';
import type { View } from './view.ts';

/**
 * Marks the next thing in the open pane that has what is searched for: older for -1, newer for 1. Panes that are short lists
 * search the conversation. Pure.
 */
export function searchFrom(ui: UiState, view: View, step: 1 | -1): UiState {
  if (ui.pager !== undefined) return searchInPager(ui, step === -1 ? 1 : -1);
  const wanted = ui.search.toLowerCase();
  const missing = { ...ui, toast: `“${ui.search}” is not ${step === -1 ? 'further up' : 'further down'}` };
  if (ui.focus === 'log') {
    const from = ui.logRow === undefined ? view.log.next - 1 : ui.logRow + step;
    for (const [number, row] of itemsFrom(view.log, from, step)) {
      if (`${row.phase} ${row.text}`.toLowerCase().includes(wanted)) return { ...ui, logRow: number };
    }
    return missing;
  }
  const from = ui.item === undefined ? view.talk.next - 1 : ui.item + step;
  for (const [number, item] of itemsFrom(view.talk, from, step)) {
    if (!passes(ui.filter, item)) continue;
    const has = [item.title, item.who, item.phase, item.text].some(text =>
      text.toLowerCase().includes(wanted),
    );
    if (has) return { ...ui, focus: 'talk', item: number, anchor: { item: number, edge: 'bottom' } };
  }
  return missing;
}
