import { emptyText, fieldText } from '../model/field-text.ts';
import { type FormField, formFields } from '../model/form-field.ts';
import type { JsonSchema } from '../model/json.ts';
import { cellText, oneLine } from './cell-text.ts';

/** What a form wants to know, field by field, with what each takes and what its server says of it. Pure. */
export function formText(schema: JsonSchema): string {
  const fields = formFields(schema) ?? [];
  if (fields.length === 0) return 'It wants your consent.';
  return fields.map(field => `• ${oneLine(field.title)}: ${cellText(aboutField(field))}`).join('\n');
}

/** What a field takes, what an empty one means, its choices, and what its server says of it. Pure. */
export function aboutField(field: FormField): string {
  const { description, choices } = field;
  const list = choices.map((choice, index) => `${index + 1} ${oneLine(String(choice))}`).join(', ');
  const takes = `${fieldText(field)}${list === '' ? '' : ` (${list})`}; ${emptyText(field)}`;
  return description === '' ? takes : `${takes}. ${description}`;
}
