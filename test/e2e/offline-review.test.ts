import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Review } from '../../src/model/review.ts';
import { SARIF_SUBSET } from '../reporters/sarif-subset.ts';
import { makeFolder, type TestRepository } from '../tools/git-repository.ts';
import { addedLines } from './added-lines.ts';
import { crew, reviewCrew } from './crew-process.ts';
import { makePlantedRepository, PLANTED } from './planted-repository.ts';

let repository: TestRepository;
let elsewhere: string;
let finished: string;

beforeAll(async () => {
  repository = makePlantedRepository();
  elsewhere = makeFolder();
  const { stdout } = await review('--json', '-q');
  finished = JSON.parse(stdout).runId;
});

afterAll(() => {
  repository.dispose();
  rmSync(elsewhere, { recursive: true });
});

const review = (...args: readonly string[]) => crew(['run', reviewCrew(), '--cwd', repository.path, ...args]);

/** Shows the finished review again, which costs far less than another one; one process at a time holds a run. */
const again = (...args: readonly string[]) => crew(['resume', finished, '--cwd', repository.path, ...args]);

describe('the code review of a change with planted defects', () => {
  test('finds every defect at its line, and nothing outside the added lines', async () => {
    const { code, stdout } = await review('--format', 'json');
    const { findings, summary } = JSON.parse(stdout) as Review;
    expect(code).toBe(0);
    for (const { path, line, rule } of PLANTED) {
      const found = findings.filter(finding => finding.source.includes(`ast-grep:${rule}`));
      expect(found.map(({ path: at, range }) => [at, ...range])).toEqual([[path, line, line]]);
    }
    expect(summary).toMatchObject({ verdict: 'request_changes', tests: 'no' });
    const added = addedLines(repository, 'HEAD~1', 'HEAD');
    for (const { path, range } of findings) {
      const [first, last] = range;
      const touched = [...(added.get(path) ?? [])].filter(line => line >= first && line <= last);
      expect(touched, `${path}:${first}-${last}`).not.toEqual([]);
    }
  });

  test('prints Markdown on stdout and progress on stderr, and never mixes them', async () => {
    const { stdout, stderr } = await review();
    expect(stdout).toMatch(/^# Review: changes requested\n/);
    for (const { path, line } of PLANTED) expect(stdout).toContain(`\`${path}:${line}\``);
    expect(stdout).not.toMatch(/offline|model calls|spent/);
    expect(stderr).toMatch(/^crew {4}code-review · run [0-9a-f]{12}/);
    expect(stderr).toContain('offline · a rule-driven responder, not a language model');
    expect(stderr).toContain('✓ success');
    expect(stderr).not.toContain('SQL statement');
    // No terminal, no escape codes.
    expect(stdout + stderr).not.toContain('\u001b');
  });

  test('writes SARIF that its schema accepts, with the right lines', async () => {
    const { stdout } = await again('--format', 'sarif');
    const sarif = JSON.parse(stdout);
    const isSarif = new Ajv2020({ strict: true, allErrors: true, validateFormats: false }).compile(
      SARIF_SUBSET,
    );
    isSarif(sarif);
    expect(isSarif.errors ?? []).toEqual([]);
    const places = sarif.runs[0].results.map(
      (result: { readonly locations: readonly [{ readonly physicalLocation: never }] }) =>
        result.locations[0].physicalLocation,
    );
    for (const { path, line } of PLANTED) {
      expect(places).toContainEqual({
        artifactLocation: expect.objectContaining({ uri: path }),
        region: expect.objectContaining({ startLine: line }),
      });
    }
  });

  test.each(['rdjson', 'github'])('writes %s as JSON that names every defect', async format => {
    const { code, stdout } = await again('--format', format);
    const text = JSON.stringify(JSON.parse(stdout));
    expect(code).toBe(0);
    for (const { path } of PLANTED) expect(text).toContain(path);
  });

  test('writes to a file that is named from the caller, not from the workspace', async () => {
    const file = join(elsewhere, 'review.sarif');
    const args = ['--cwd', repository.path, '--format', 'sarif', '-o', 'review.sarif'];
    const { code, stdout } = await crew(['run', relative(elsewhere, reviewCrew()), ...args], {
      from: elsewhere,
    });
    expect([code, stdout]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(file, 'utf8')).version).toBe('2.1.0');
  });

  test.each([
    ['critical', 1],
    ['major', 1],
    ['nit', 1],
  ])('--fail-on %s exits with %i when there is such a finding', async (severity, expected) => {
    const { code, stdout, stderr } = await again('--fail-on', severity);
    expect(code).toBe(expected);
    expect(stdout).toContain('# Review');
    expect(stderr).toMatch(new RegExp(`--fail-on ${severity}`));
  });

  test('gives the same review every time', async () => {
    const first = await again('--format', 'json');
    const second = await review('--format', 'json');
    expect(second.stdout).toBe(first.stdout);
  });

  test('--json is one document with the run, its spend and the review', async () => {
    const { stdout } = await review('--json');
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      crew: 'code-review',
      outcome: 'success',
      phase: 'changes_requested',
      runId: expect.stringMatching(/^[0-9a-f]{12}$/),
      spend: { usage: { inputTokens: 0 } },
      result: { summary: { verdict: 'request_changes' } },
    });
  });

  test('--output ndjson is the event stream, each line as the schema has it', async () => {
    const { stdout } = await again('--output', 'ndjson');
    const schema = JSON.parse(
      readFileSync(new URL('../../schemas/event.schema.json', import.meta.url), 'utf8'),
    );
    const isEvent = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    for (const event of events) {
      isEvent(event);
      expect(isEvent.errors ?? [], event.type).toEqual([]);
    }
    expect(events.at(0)?.type).toBe('run.started');
    expect(events.at(-1)?.type).toBe('run.ended');
  });

  test('--quiet leaves one line on stderr', async () => {
    const { stdout, stderr } = await again('--quiet');
    expect(stdout).toMatch(/^# Review/);
    expect(stderr).toMatch(/^spent .*✓ success.*\n$/);
  });

  test('a crew without a review refuses review formats before it runs', async () => {
    const { code, stderr } = await crew(['run', reviewCrew(), '--format', 'yaml'], { from: elsewhere });
    expect(code).toBe(2);
    expect(stderr).toContain('expected one of markdown, json, sarif, rdjson, github');
  });
});

test('a change with only minor findings passes --fail-on critical and --fail-on major', async () => {
  repository.write(
    'src/small.ts',
    'export async function read(load: () => Promise<string>) {\n  try {\n    return await load();\n  } catch {}\n  return undefined;\n}\n',
  );
  repository.commit('Add something small');
  const small = await review('--json', '--fail-on', 'major');
  const { runId, result } = JSON.parse(small.stdout) as { readonly runId: string; readonly result: Review };
  const gate = (severity: string) => crew(['resume', runId, '--cwd', repository.path, '--fail-on', severity]);
  const critical = await gate('critical');
  const minor = await gate('minor');
  const severities = result.findings.map(({ severity }) => severity);
  expect(severities).toContain('minor');
  expect(severities).not.toContain('major');
  expect([small.code, critical.code, minor.code]).toEqual([0, 0, 1]);
});
