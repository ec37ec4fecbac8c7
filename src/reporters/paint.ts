const CODES = {
  plain: '',
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  blue: '34',
  magenta: '35',
  cyan: '36',
  brightBlue: '94',
  brightMagenta: '95',
  brightCyan: '96',
} as const satisfies Record<string, string>;

export type Style = keyof typeof CODES;

/** Wraps a text in the terminal's colour codes, or returns it as it is without `color`. Expects sanitised text. Pure. */
export function paint(text: string, style: Style, color: boolean): string {
  if (!color || text.trim() === '' || style === 'plain') return text;
  return `\u001b[${CODES[style]}m${text}\u001b[0m`;
}
