import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../src/cli/decode-text.ts';
import { DIAGNOSTIC_CODES } from '../../src/language/diagnostic-codes.ts';
import { loadConfig } from '../../src/language/load-config.ts';
import { loadCrew } from '../../src/language/load-crew.ts';
import { loadPolicies } from '../../src/language/load-policy.ts';
import { loadSop } from '../../src/language/load-sop.ts';
import { formatDiagnostics } from '../../src/reporters/diagnostics-text.ts';
import { CATALOG } from './catalog.ts';

const folder = new URL('./fixtures/golden/', import.meta.url);
const names = readdirSync(folder).filter(
  name => /(?<!\.part)\.yaml$/.test(name) && !name.startsWith('part-'),
);

function readGolden(name: string): string | undefined {
  try {
    return decodeText(readFileSync(new URL(name, folder)));
  } catch {
    return undefined;
  }
}

function listGolden(path: string): readonly string[] {
  return readdirSync(new URL(`${path}/`, folder)).toSorted();
}

function check(name: string): string {
  if (name.startsWith('config-')) {
    const text = readGolden(name) ?? '';
    return formatDiagnostics(loadConfig(name, text).diagnostics, new Map([[name, text]]), { color: false });
  }
  if (name.startsWith('policy-')) {
    const text = readGolden(name) ?? '';
    const { diagnostics } = loadPolicies([{ path: name, text }], CATALOG);
    return formatDiagnostics(diagnostics, new Map([[name, text]]), { color: false });
  }
  const options = { path: name, readSource: readGolden, listFolder: listGolden, catalog: CATALOG };
  const { diagnostics, sources } = name.startsWith('sop-') ? loadSop(options) : loadCrew(options);
  return formatDiagnostics(diagnostics, sources, { color: false });
}

describe('a broken file', () => {
  test.each(names)('%s is answered as its .out file says', name => {
    const out = name.replace(/\.yaml$/, '.out');
    const found = check(name);
    // `UPDATE_GOLDEN=1` writes the answers down; read them before they are committed.
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(new URL(out, folder), found);
    expect(found).toBe(readGolden(out));
  });
});

test('the golden pairs cover every code but those of sizes', () => {
  const all = names.map(name => readGolden(name.replace(/\.yaml$/, '.out')) ?? '').join('\n');
  const missing = Object.keys(DIAGNOSTIC_CODES).filter(code => !all.includes(`[${code}]`));
  expect(missing).toEqual(['file-too-large']);
});
