import type { FormField } from './form-field.ts';
import type { JsonObject, JsonValue } from './json.ts';

const FORMATS: { readonly [format: string]: string } = {
  email: 'an e-mail address',
  uri: 'an address (URI)',
  date: 'a date such as 2026-01-31',
  'date-time': 'a date and time such as 2026-01-31T09:30:00Z',
};

/** What may be entered in a field, in plain words: `a whole number from 1 to 5`. No word of the server is in it. Pure. */
export function fieldText({ schema, choices }: FormField): string {
  if (schema.type === 'array')
    return `any of these, with commas${range(schema, ['minItems', 'maxItems'], ' of them')}`;
  if (choices.length > 0) return 'one of these, by its number or text';
  switch (schema.type) {
    case 'boolean':
      return '`y` or `n`';
    case 'integer':
    case 'number': {
      const what = schema.type === 'integer' ? 'a whole number' : 'a number';
      return `${what}${range(schema, ['minimum', 'maximum'])}`;
    }
    default: {
      const format = typeof schema.format === 'string' && Object.hasOwn(FORMATS, schema.format);
      const what = format ? FORMATS[String(schema.format)] : 'text';
      return `${what}${range(schema, ['minLength', 'maxLength'], ' characters')}`;
    }
  }
}

/** What an empty line does in a field: nothing where it must be filled. Pure. */
export function emptyText({ byDefault, required }: FormField): string {
  if (byDefault !== undefined) return `Enter alone takes ${JSON.stringify(byDefault)}`;
  return required ? 'needed' : 'Enter alone leaves it out';
}

function range(schema: JsonObject, [low, high]: readonly [string, string], unit = ''): string {
  const [least, most] = [numberOf(schema[low]), numberOf(schema[high])];
  if (least !== undefined && most !== undefined) return `, from ${least} to ${most}${unit}`;
  if (least !== undefined && !(least === 0 && unit !== '')) return `, at least ${least}${unit}`;
  return most === undefined ? '' : `, at most ${most}${unit}`;
}

function numberOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
