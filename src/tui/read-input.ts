import type { Key } from './keys.ts';

/** What the terminal library says about a key. */
export interface PressedKey {
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly pageUp: boolean;
  readonly pageDown: boolean;
  readonly home: boolean;
  readonly end: boolean;
  readonly return: boolean;
  readonly escape: boolean;
  readonly tab: boolean;
  readonly shift: boolean;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly backspace: boolean;
  readonly delete: boolean;
}

type Named = Omit<Key, 'at'>;

const CONTROLS: { readonly [letter: string]: Key['name'] } = {
  c: 'interrupt',
  z: 'suspend',
  p: 'up',
  n: 'down',
};

/** The keys of one piece of input, which may be several characters that were typed fast. Pure. */
export function readInput(input: string, key: PressedKey): readonly Named[] {
  const name = nameOf(key);
  if (name !== undefined) return [{ name }];
  if (key.ctrl) {
    const control = Object.hasOwn(CONTROLS, input) ? CONTROLS[input] : undefined;
    return control === undefined ? [] : [{ name: control }];
  }
  if (key.meta) return [];
  return [...input].flatMap((text): readonly Named[] => {
    if (text === '\r' || text === '\n') return [{ name: 'enter' }];
    if (text === '\t') return [{ name: 'tab' }];
    if (text === '\u0003') return [{ name: 'interrupt' }];
    if (text === '\u001a') return [{ name: 'suspend' }];
    if (text === '\u007f' || text === '\b') return [{ name: 'backspace' }];
    return text < ' ' ? [] : [{ name: 'text', text }];
  });
}

function nameOf(key: PressedKey): Key['name'] | undefined {
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.pageUp) return 'page-up';
  if (key.pageDown) return 'page-down';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'enter';
  if (key.escape) return 'escape';
  if (key.tab) return key.shift ? 'back-tab' : 'tab';
  return key.backspace || key.delete ? 'backspace' : undefined;
}
