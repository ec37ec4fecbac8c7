import type { FormField } from '../model/form-field.ts';
import type { Draft } from './ui-state.ts';

/** What stands in a field of a form: what was entered, else what its server proposes. Pure. */
export function enteredFor({ name, byDefault }: FormField, { values }: Pick<Draft, 'values'>): string {
  if (Object.hasOwn(values, name)) return values[name] ?? '';
  if (byDefault === undefined || byDefault === null) return '';
  return Array.isArray(byDefault) ? byDefault.join(', ') : String(byDefault);
}
