import type { JsonObject, JsonSchema, JsonValue } from './json.ts';

/** One field of a form that a tool asks a person to fill in; all but its `schema` in plain words. */
export interface FormField {
  readonly name: string;
  readonly schema: JsonObject;
  readonly title: string;
  readonly description: string;
  readonly required: boolean;
  /** The values that it may have; empty when any of its type. */
  readonly choices: readonly JsonValue[];
  readonly byDefault?: JsonValue;
}

/**
 * Names of what nobody should be asked for in the middle of a tool call: it would go to the server in the clear, and stand in
 * the journal.
 */
const SECRET =
  /\b(pass ?(words?|phrases?|codes?|wd)|pwd|secrets?|token|credentials?|(api|private|access|auth|ssh|secret|encryption) ?keys?|one time codes?|(seed|recovery) (phrase|code)s?|mnemonic|(session|auth) ?cookies?)\b/i;
/** Short words mean much; these only as all that a field is called. */
const SHORT_SECRET = /^(your )?(pin|otp|cvv|cvc)( (code|number))?$/i;

/** The fields of a flat form, in order; undefined when it is none. Pure. */
export function formFields(schema: JsonSchema): readonly FormField[] | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const { properties, required } = schema as JsonObject;
  if (!isObject(properties)) return undefined;
  const needed = new Set(Array.isArray(required) ? required : []);
  const fields: FormField[] = [];
  for (const [name, field] of Object.entries(properties)) {
    if (!isObject(field)) return undefined;
    fields.push({
      name,
      schema: field,
      title: textOf(field.title) ?? name,
      description: textOf(field.description) ?? '',
      required: needed.has(name),
      choices: choicesOf(field),
      ...(field.default === undefined ? {} : { byDefault: field.default }),
    });
  }
  return fields;
}

/**
 * Whether a field asks for a secret, such as a password, a token or a key: by its name, its title and its format. What it is
 * described with is prose, which speaks of much. Pure.
 */
export function asksForSecret({ name, title, schema }: FormField): boolean {
  if (schema.format === 'password' || schema.writeOnly === true) return true;
  return [name, title].some(text => {
    const words = text
      .normalize('NFKC')
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .replace(/[\s_.-]+/g, ' ')
      .trim();
    return SECRET.test(words) || SHORT_SECRET.test(words);
  });
}

/** Why a form is declined without asking anybody; undefined for one that may be shown. Pure. */
export function formRefusal(schema: JsonSchema): string | undefined {
  const fields = formFields(schema);
  if (fields === undefined) return 'the form cannot be shown';
  const secret = fields.find(asksForSecret);
  return secret === undefined ? undefined : `it asks for a secret: \`${secret.name}\``;
}

/**
 * Reads a line as the value of a field; undefined for an empty line where the field may be left out. Choices by number or
 * text, several of them with commas. Pure.
 */
export function readField(
  field: FormField,
  line: string,
): { readonly value: JsonValue | undefined } | { readonly problem: string } {
  const text = line.trim();
  if (text === '' && field.byDefault !== undefined) return { value: field.byDefault };
  if (text === '' && !field.required) return { value: undefined };
  if (field.schema.type === 'array') return readSeveral(field, text);
  return readOne(field, text);
}

function readSeveral(field: FormField, text: string): ReturnType<typeof readField> {
  const values: JsonValue[] = [];
  for (const part of text.split(',').map(each => each.trim())) {
    if (part === '') continue;
    const read = readOne(field, part);
    if ('problem' in read) return read;
    if (read.value !== undefined) values.push(read.value);
  }
  return { value: values };
}

function readOne({ schema, choices }: FormField, text: string): ReturnType<typeof readField> {
  if (choices.length > 0) {
    const chosen = choices.find(choice => String(choice) === text) ?? choices[Number(text) - 1];
    return chosen === undefined
      ? { problem: `expected a number from 1 to ${choices.length}` }
      : { value: chosen };
  }
  switch (schema.type) {
    case 'number':
    case 'integer': {
      const value = Number(text);
      const fits =
        text !== '' && Number.isFinite(value) && (schema.type === 'number' || Number.isInteger(value));
      return fits ? { value } : { problem: `expected ${schema.type === 'number' ? 'a' : 'a whole'} number` };
    }
    case 'boolean':
      if (/^(y|yes|true)$/i.test(text)) return { value: true };
      if (/^(n|no|false)$/i.test(text)) return { value: false };
      return { problem: 'expected `y` or `n`' };
    default:
      return text === '' ? { problem: 'expected some words' } : { value: text };
  }
}

function choicesOf(schema: JsonObject): readonly JsonValue[] {
  if (Array.isArray(schema.enum)) return schema.enum;
  const options = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(options))
    return options.flatMap(each => (isObject(each) && each.const !== undefined ? [each.const] : []));
  if (schema.type === 'boolean') return [];
  return isObject(schema.items) ? choicesOf(schema.items) : [];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
