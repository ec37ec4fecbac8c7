import { sanitizeText } from '../reporters/sanitize.ts';

/** An address as it may be shown: without what may be a password or a key in it, and on one row. Pure. */
export function shownAddress(text: string): string {
  const whole = URL.canParse(text) ? new URL(text) : undefined;
  const shown =
    whole === undefined || whole.host === ''
      ? text.replace(/[?#].*$/s, '').replace(/[^/]*@/, '')
      : `${whole.protocol}//${whole.host}${whole.pathname.replace(/^\/$/, '')}`;
  return sanitizeText(shown, { keepNewlines: false });
}

/** Whether a text is the address of a server, as a provider takes it. Pure. */
export function isServerAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
