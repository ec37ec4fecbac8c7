/** Lets one thing at a time be asked at a terminal, in the order in which they came. */
export type TerminalTurns = <Value>(ask: () => Promise<Value>) => Promise<Value>;

/** Makes the turns of one terminal; a question that failed does not keep the next from being asked. */
export function createTerminalTurns(): TerminalTurns {
  let last: Promise<unknown> = Promise.resolve();
  return ask => {
    const mine = last.then(ask);
    last = mine.catch(() => undefined);
    return mine;
  };
}
