import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startCrew } from './crew-process.ts';

const SUITE = new URL('../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url)
  .pathname;
const LONGEST_MS = 120_000;

/** What the suite says at its end. */
interface Verdict {
  readonly code: number;
  /** Names of scenarios with their numbers of checks. */
  readonly scenarios: ReadonlyMap<string, { readonly passed: number; readonly failed: number }>;
  /** Scenarios that count for nothing: extensions, and what came after the revision. */
  readonly notScored: ReadonlySet<string>;
}

/** The official suite against `crew serve --fixture mcp-conformance`: what it calls stands behind the doors of crews. */
test.each([
  ['2025-11-25', 30],
  ['2026-07-28', 37],
])(
  'everything that revision %s requires of servers is there: %i scenarios',
  async (revision, count) => {
    const { code, scenarios, notScored } = await measure(revision);
    const scored = [...scenarios].filter(([name]) => !notScored.has(name));
    const failing = scored.filter(([, { passed, failed }]) => failed > 0 || passed === 0);
    expect(failing).toEqual([]);
    expect(scored).toHaveLength(count);
    expect(code).toBe(0);
  },
  LONGEST_MS,
);

async function measure(revision: string): Promise<Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'crew-conformance-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const server = startCrew(['serve', '--fixture', 'mcp-conformance', '--http', '127.0.0.1:0'], {
    from: folder,
  });
  onTestFinished(() => server.kill('SIGKILL'));
  const url = await urlOf(server.stderr, () => server.process.exitCode !== null);
  const args = [SUITE, 'server', '--url', url, '--requirements', revision];
  return new Promise(resolve => {
    execFile(process.execPath, args, { cwd: folder, timeout: LONGEST_MS }, (error, stdout) => {
      resolve({ ...readVerdict(stdout), code: error === null ? 0 : Number(error.code ?? 1) });
    });
  });
}

async function urlOf(stderr: () => string, ended: () => boolean): Promise<string> {
  for (;;) {
    const url = /serving on (\S+)/.exec(stderr())?.[1];
    if (url !== undefined) return url;
    if (ended()) throw new Error(stderr());
    await sleep(20);
  }
}

function readVerdict(stdout: string): Omit<Verdict, 'code'> {
  const rows = [...stdout.matchAll(/^[✓✗] ([\w-]+): (\d+) passed, (\d+) failed/gm)];
  const scenarios = rows.map(
    ([, name = '', passed, failed]) => [name, { passed: Number(passed), failed: Number(failed) }] as const,
  );
  const notScored = [
    ...stdout.matchAll(/^ {2}[✓✗] ([\w-]+) \((?:extension|pending|added-after-release)\)/gm),
  ];
  return { scenarios: new Map(scenarios), notScored: new Set(notScored.map(([, name = '']) => name)) };
}
