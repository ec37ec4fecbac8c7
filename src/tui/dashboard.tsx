import { Box, Text, useApp, useInput, usePaste } from 'ink';
import { memo, type ReactElement, useEffect, useSyncExternalStore } from 'react';
import { frameLines } from './frame.ts';
import { paintLine } from './line.ts';
import { readInput } from './read-input.ts';
import type { Store } from './store.ts';

/** What the drawing hands out when it is there. */
export interface Screen {
  /** Gives the terminal away while `act` runs, then draws all anew. */
  readonly away: (act: () => Promise<void>) => Promise<void>;
}

/** Draws what the store has, and hands it the keys. All that is drawn is worked out elsewhere. */
export function Dashboard({
  store,
  onScreen,
}: {
  readonly store: Store;
  readonly onScreen: (screen: Screen) => void;
}): ReactElement {
  const { view, ui, nowMs } = useSyncExternalStore(store.subscribe, store.snapshot);
  const { suspendTerminal } = useApp();
  useEffect(() => {
    onScreen({ away: act => suspendTerminal(act) });
  }, [onScreen, suspendTerminal]);
  useInput((input, key) => {
    for (const each of readInput(input, key)) store.press({ ...each, at: performance.now() });
  });
  usePaste(text => store.press({ name: 'text', text, pasted: true, at: performance.now() }));
  const rows = frameLines(view, ui, nowMs).map(line => paintLine(line, ui.color));
  return (
    <Box flexDirection="column" width={ui.columns} height={ui.rows}>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is nothing but its place
        <Row key={index} text={row} columns={ui.columns + SPARE_COLUMNS} />
      ))}
    </Box>
  );
}

/** Rows are exactly as wide as the terminal; whoever measures a rare script otherwise must not break them in two. */
const SPARE_COLUMNS = 100;

const Row = memo(function Row({
  text,
  columns,
}: {
  readonly text: string;
  readonly columns: number;
}): ReactElement {
  return (
    <Box width={columns} height={1} flexShrink={0}>
      <Text wrap="truncate-end">{text === '' ? ' ' : text}</Text>
    </Box>
  );
});
