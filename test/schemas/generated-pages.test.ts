import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
// @ts-expect-error The script has no types.
import { renderDocs } from '../../.scripts/generate-docs.mjs';

const pages: Record<string, string> = renderDocs();

test.each(Object.keys(pages))('%s is what its sources give', path => {
  expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(pages[path]);
});
