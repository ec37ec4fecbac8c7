import type { JsonObject, JsonSchema, JsonValue } from '../model/json.ts';

/** One field of a form that a tool shows: a flat property of its schema. */
export interface FormField {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly type: 'text' | 'number' | 'whole' | 'truth' | 'choice' | 'choices';
  readonly choices: readonly { readonly value: string; readonly title: string }[];
  readonly required: boolean;
  readonly initial: string;
}

type Property = { readonly [key: string]: unknown };

/** The fields of a form's schema, in their order. What a field does not say is empty. Pure. */
export function formFields(schema: JsonSchema): readonly FormField[] {
  const { properties, required } = (typeof schema === 'object' ? schema : {}) as {
    readonly properties?: { readonly [name: string]: Property };
    readonly required?: readonly string[];
  };
  return Object.entries(properties ?? {}).map(([name, property]) => {
    const choices = choicesOf(property);
    return {
      name,
      title: textOf(property.title) || name,
      help: textOf(property.description),
      type: typeOf(property, choices.length > 0),
      choices,
      required: required?.includes(name) === true,
      initial: initialOf(property.default),
    };
  });
}

function typeOf(property: Property, hasChoices: boolean): FormField['type'] {
  if (property.type === 'array') return 'choices';
  if (hasChoices) return 'choice';
  if (property.type === 'boolean') return 'truth';
  if (property.type === 'integer') return 'whole';
  return property.type === 'number' ? 'number' : 'text';
}

function choicesOf(property: Property): FormField['choices'] {
  const holder = (property.type === 'array' ? (property.items ?? {}) : property) as Property;
  const titled = (holder.oneOf ?? holder.anyOf) as readonly Property[] | undefined;
  if (Array.isArray(titled))
    return titled.map(each => ({
      value: textOf(each.const),
      title: textOf(each.title) || textOf(each.const),
    }));
  const names = Array.isArray(holder.enumNames) ? holder.enumNames : [];
  const values = Array.isArray(holder.enum) ? holder.enum : [];
  return values.map((value, index) => ({
    value: String(value),
    title: textOf(names[index]) || String(value),
  }));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function initialOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  return value === undefined || value === null ? '' : String(value);
}

/** What was entered for a field as a value of its type, or what is wrong with it; undefined leaves it out. Pure. */
export function readField(
  field: FormField,
  entered: string,
): { readonly value: JsonValue | undefined } | { readonly problem: string } {
  const text = entered.trim();
  if (text === '') return field.required ? { problem: 'this is needed' } : { value: undefined };
  switch (field.type) {
    case 'number':
    case 'whole': {
      const value = Number(text);
      const fits = Number.isFinite(value) && (field.type === 'number' || Number.isInteger(value));
      return fits
        ? { value }
        : { problem: field.type === 'whole' ? 'expected a whole number' : 'expected a number' };
    }
    case 'truth':
      if (/^(y|yes|true|1)$/i.test(text)) return { value: true };
      return /^(n|no|false|0)$/i.test(text) ? { value: false } : { problem: 'expected yes or no' };
    case 'choice': {
      const chosen = pick(field, text);
      return chosen === undefined ? { problem: wanted(field) } : { value: chosen };
    }
    case 'choices': {
      const chosen = text.split(',').map(each => pick(field, each.trim()));
      const all = chosen.filter(each => each !== undefined);
      return all.length === chosen.length ? { value: all } : { problem: wanted(field) };
    }
    default:
      return { value: entered };
  }
}

function pick({ choices }: FormField, text: string): string | undefined {
  const byNumber = /^\d+$/.test(text) ? choices[Number(text) - 1] : undefined;
  const found = choices.find(({ value, title }) => value === text || title === text) ?? byNumber;
  return found?.value;
}

function wanted({ choices }: FormField): string {
  return `expected ${choices.map(({ title }, index) => `${index + 1} (${title})`).join(', ')}`;
}

/** All that was entered as one object, or the first field that is wrong. Pure. */
export function readForm(
  fields: readonly FormField[],
  values: { readonly [name: string]: string },
): { readonly content: JsonObject } | { readonly field: number; readonly problem: string } {
  const entries: [string, JsonValue][] = [];
  for (const [index, field] of fields.entries()) {
    const entered = Object.hasOwn(values, field.name) ? (values[field.name] ?? '') : field.initial;
    const read = readField(field, entered);
    if ('problem' in read) return { field: index, problem: read.problem };
    if (read.value !== undefined) entries.push([field.name, read.value]);
  }
  return { content: Object.fromEntries(entries) };
}
