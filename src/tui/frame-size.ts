import { layoutOf } from './frame.ts';
import type { PaneName, UiState } from './ui-state.ts';
import type { View } from './view.ts';

/** The columns and rows inside the frame of a pane; those of the widest where it is not on the screen. Pure. */
export function frameSize(
  view: View,
  ui: UiState,
  pane: PaneName,
): { readonly columns: number; readonly rows: number } {
  for (const { columns, places } of layoutOf(view, ui).columns) {
    for (const place of places) {
      const isHere = place.pane === pane || (place.pane === 'corner' && ui.tab === pane);
      if (isHere) return { columns: columns - 4, rows: place.rows - 2 };
    }
  }
  return { columns: Math.max(10, ui.columns - 4), rows: Math.max(1, ui.rows - 6) };
}
