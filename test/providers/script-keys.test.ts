import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { SCRIPT_SCHEMA } from '../../src/providers/script-schema.ts';

test('every key of a scripted reply is told on the page of the examples', () => {
  const page = readFileSync(join(import.meta.dirname, '../../examples/README.md'), 'utf8');
  const { reply } = SCRIPT_SCHEMA.$defs as { readonly reply: { readonly properties: JsonObject } };
  const keys = Object.keys(reply.properties);
  expect(keys.length).toBeGreaterThan(8);
  expect(keys.filter(key => !page.includes(`\`${key}\``))).toEqual([]);
});
