import { describe, expect, test } from 'vitest';
import type { CodeRow } from '../../src/language/code-row.ts';
import { DIAGNOSTIC_CODES } from '../../src/language/diagnostic-codes.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { loadPolicies } from '../../src/language/load-policy.ts';
import { CATALOG, sourceOf } from './catalog.ts';

function codesOf(text: string, row: CodeRow): readonly string[] {
  if (row.holds === 'policy') {
    const files = Object.entries({ ...row.files, 'crew.policy.yaml': text });
    const loaded = loadPolicies(
      files.map(([path, content]) => ({ path, text: content })),
      CATALOG,
    );
    return loaded.diagnostics.map(({ code, severity }) => `${severity} ${code}`);
  }
  const readSource = sourceOf({ ...row.files, 'example.crew.yaml': text });
  const { diagnostics } = loadCrew({ path: 'example.crew.yaml', readSource, catalog: CATALOG });
  return diagnostics.map(({ code, severity }) => `${severity} ${code}`);
}

describe('each code of the table', () => {
  const rows: [string, CodeRow][] = Object.entries(DIAGNOSTIC_CODES);
  test.each(rows)('%s is found in its bad example, and nothing else is', (code, row) => {
    expect([...new Set(codesOf(row.bad, row))]).toEqual([`${row.severity} ${code}`]);
  });

  test.each(rows)('%s has a good example without any mistake', (_code, row) => {
    expect(codesOf(row.good, row)).toEqual([]);
  });
});
