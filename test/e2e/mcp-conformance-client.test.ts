import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { crewProgram } from './crew-process.ts';

const SUITE = '@modelcontextprotocol/conformance';
/** Each scenario is a process of its own; they take turns on a small machine. */
const TIMEOUT_MS = 240_000;

/** The scenarios that a client must pass for a revision, as the suite has frozen them. */
async function requiredFor(folder: string, revision: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, 'requirements', `${revision}.yaml`), 'utf8');
  const [, client = ''] = /^client:\n((?: {2}.*\n|#.*\n|\n)*)/m.exec(text) ?? [];
  return [...client.matchAll(/^ {2}- (\S+)$/gm)].map(([, name = '']) => name);
}

async function runSuite(folder: string, revision: string) {
  const command = `${process.execPath} ${crewProgram()} __mcp-conformance`;
  const args = [
    join(folder, 'dist/index.js'),
    'client',
    '--command',
    command,
    '--requirements',
    revision,
    '--timeout',
    '120000',
  ];
  const child = spawn(process.execPath, args, { cwd: inject('product'), stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  }
  const code = await new Promise<number | null>(resolve => child.once('close', resolve));
  return { code, text };
}

test.each(['2025-11-25', '2026-07-28'])(
  'the official suite finds nothing wrong with our MCP client: %s',
  async revision => {
    const folder = new URL(`../../node_modules/${SUITE}`, import.meta.url).pathname;
    const required = await requiredFor(folder, revision);
    expect(required.length).toBeGreaterThanOrEqual(18);
    const { code, text } = await runSuite(folder, revision);
    const passed = new Set([...text.matchAll(/^✓ (\S+):/gm)].map(([, name]) => name));
    expect({
      missing: required.filter(name => !passed.has(name)),
      code,
      text: code === 0 ? '' : text,
    }).toEqual({
      missing: [],
      code: 0,
      text: '',
    });
  },
  TIMEOUT_MS,
);
