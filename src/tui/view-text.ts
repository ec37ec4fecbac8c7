import type { JsonValue } from '../model/json.ts';
import { jsonText } from '../reporters/json-text.ts';
import { cellText } from './cell-text.ts';

/** A text that is kept up to a length, and how much of it was too much. */
export interface KeptText {
  readonly text: string;
  readonly left: number;
}

/** The beginning of a foreign text, fit for the screen. Pure. */
export function keepText(text: string, most: number): KeptText {
  if (text.length <= most) return { text: cellText(text), left: 0 };
  return { text: cellText(text.slice(0, most).toWellFormed()), left: text.length - most };
}

/** A value for people: a text as it is, all else as JSON with indentation. Pure. */
export function keepValue(value: JsonValue, most: number): KeptText {
  return keepText(typeof value === 'string' ? value : (jsonText(value, 2) ?? ''), most);
}

/** What is said where something was left out; empty when nothing was. Pure. */
export function leftText(left: number): string {
  return left === 0 ? '' : `… ${left.toLocaleString('en')} more characters are in the record`;
}
