import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
// @ts-expect-error The script has no types.
import { renderValidators } from '../../.scripts/generate-validators.mjs';

type Schema = { readonly [key: string]: unknown };

function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

const files: Record<string, string> = renderValidators();

test.each(Object.keys(files))('the committed %s is what the schemas give', name => {
  expect(readText(`src/language/generated/${name}`)).toBe(files[name]);
});

/** Lists the schemas of fields, each with its path. */
function fieldsOf(schema: unknown, path: string): [string, Schema][] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, $defs, items, additionalProperties } = schema as Record<string, unknown>;
  const rows = [...Object.entries(properties ?? {}), ...Object.entries($defs ?? {})];
  const inner = rows.flatMap(([name, one]): [string, Schema][] => [
    [`${path}/${name}`, one],
    ...fieldsOf(one, `${path}/${name}`),
  ]);
  return [...inner, ...fieldsOf(items, `${path}/items`), ...fieldsOf(additionalProperties, `${path}/*`)];
}

describe.each([
  'schemas/crew.schema.json',
  'schemas/sop.schema.json',
  'schemas/config.schema.json',
  'schemas/crewtest.schema.json',
  'schemas/policy.schema.json',
  'schemas/lock.schema.json',
])('%s', path => {
  const schema: Schema = JSON.parse(readText(path));
  const fields = fieldsOf(schema, '#');

  test('is of draft 2020-12 and names itself by its file name', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(`schemas/${schema.$id}`).toBe(path);
  });

  test.each(fields)('%s has a description and an example', (_field, field) => {
    if (typeof field.$ref === 'string') return;
    expect(field.description).toMatch(/\.$/);
    expect(field.examples).not.toHaveLength(0);
  });
});

test('the schemas compile, and their examples are valid', async () => {
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const schemas = ['schemas/sop.schema.json', 'schemas/crew.schema.json', 'schemas/policy.schema.json'].map(
    path => JSON.parse(readText(path)),
  );
  const ajv = new Ajv2020({ allowUnionTypes: true, strictRequired: false, validateFormats: false, schemas });
  for (const schema of schemas) {
    for (const [field, one] of fieldsOf(schema, '#')) {
      if (!field.startsWith('#/') || one.$ref !== undefined) continue;
      const pointer = field.split('/').slice(1);
      const where =
        pointer.length === 1 && schema.$defs[pointer[0] ?? ''] !== undefined
          ? `#/$defs/${pointer[0]}`
          : undefined;
      if (where === undefined) continue;
      const validate = ajv.getSchema(`${schema.$id}${where}`);
      for (const example of (one.examples as unknown[]) ?? []) {
        expect(
          validate?.(example),
          `${schema.$id} ${field} ${JSON.stringify(example)}: ${ajv.errorsText(validate?.errors)}`,
        ).toBe(true);
      }
    }
  }
});
