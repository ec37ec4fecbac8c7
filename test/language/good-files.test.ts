import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadCrew } from '../../src/language/load-crew.ts';
import { loadSop } from '../../src/language/load-sop.ts';
import { CATALOG, sourceOf } from './catalog.ts';

const CREW = `version: 1
crew: code-review
goal: Find the defects in a change.
inputs:
  range: { type: string, default: HEAD~1..HEAD, description: git revision range to review }
  depth: { type: integer, minimum: 1 }
models:
  judge: { use: "anthropic:claude-sonnet-4-5", temperature: 0, max_tokens: 4096 }
roles:
  security_reviewer: { goal: Find vulnerabilities., backstory: You read diffs., tools: [git, files.read] }
  lead: { goal: Merge findings., model: judge }
tools:
  git: builtin:git
  review: builtin:review
  files: builtin:files
budget: { calls: 60, tool_calls: 200, tokens: 300k, usd: 2.00, time: 1.5h }
x-owner: { team: platform }
sop: ../sops/code-review.sop.yaml
`;

const SOP = `version: 1
sop: code-review
roles: [security_reviewer, lead]
start: collect
phases:
  collect:
    tool: git.diff
    with: { range: "{{ inputs.range }}", context: "{{ inputs.depth }}" }
    retry: 2
    next: inspect
  inspect:
    parallel:
      static: { tool: review.static, with: { diff: "{{ collect }}" } }
      security:
        role: security_reviewer
        task: "Review this change\\n{{ collect.patch }}"
        output: { $ref: schemas/findings.schema.json }
        max_turns: 4
    timeout: 500ms
    next: merge
    on_error: changes_requested
  merge:
    role: lead
    task: "Merge {{ inspect.static.findings | json }}"
    output: { $ref: schemas/findings.schema.json }
    retry: { max: 3, backoff: 2s }
    max_visits: 2
    on_limit: approved
    next:
      - { when: merge.verdict == "approve", to: approved }
      - { when: merge.verdict == "again", to: merge }
      - { to: changes_requested }
  approved: { end: success, result: { merged: "{{ merge }}", by: crew } }
  changes_requested: { end: failure }
`;

const FILES = {
  'crews/code-review.crew.yaml': CREW,
  'sops/code-review.sop.yaml': SOP,
  'sops/schemas/findings.schema.json': `{ "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "findings",
    "type": "object", "properties": { "list": { "$ref": "parts/list.schema.json#/$defs/list" }, "self": { "$ref": "#/$defs/own" }, "verdict": { "type": "string" } },
    "required": ["verdict"], "$defs": { "own": { "type": "string" } } }`,
  'sops/schemas/parts/list.schema.json': `{ "$defs": { "list": { "type": "array", "items": { "$ref": "#/$defs/row" } }, "row": { "$ref": "row.schema.json", "description": "A row" } } }`,
  'sops/schemas/parts/row.schema.json': `{ "$id": "row", "type": "object" }`,
};

function loadGood(): ReturnType<typeof loadCrew> {
  return loadCrew({ path: 'crews/code-review.crew.yaml', readSource: sourceOf(FILES), catalog: CATALOG });
}

test('a crew with a SOP in another folder is lowered with defaults and amounts as numbers', () => {
  const { crew, diagnostics, sources } = loadGood();
  expect(diagnostics).toEqual([]);
  expect([...sources.keys()].sort()).toEqual(Object.keys(FILES).sort());
  expect(crew?.budget).toEqual({
    calls: 60,
    toolCalls: 200,
    tokens: 300_000,
    costMicroUsd: 2_000_000,
    timeMs: 5_400_000,
  });
  expect(crew?.models).toEqual([
    { name: 'default', use: 'auto' },
    { name: 'judge', use: 'anthropic:claude-sonnet-4-5', temperature: 0, maxTokens: 4096 },
  ]);
  expect(crew?.inputs).toEqual([
    {
      name: 'range',
      schema: { type: 'string', description: 'git revision range to review' },
      required: false,
      default: 'HEAD~1..HEAD',
      description: 'git revision range to review',
    },
    { name: 'depth', schema: { type: 'integer', minimum: 1 }, required: true },
  ]);
  expect(crew?.roles.map(role => [role.name, role.model, role.tools])).toEqual([
    ['security_reviewer', 'default', ['git', 'files.read']],
    ['lead', 'judge', []],
  ]);
});

test('phases carry their routing, and limits that are left out have their defaults', () => {
  const phases = new Map(loadGood().crew?.sop.phases.map(phase => [phase.name, phase]));
  expect(phases.get('collect')).toMatchObject({
    kind: 'tool',
    retry: { max: 2, backoffMs: 1000 },
    next: [{ to: 'inspect' }],
  });
  expect(phases.get('inspect')).toMatchObject({ timeoutMs: 500, onError: 'changes_requested' });
  expect(phases.get('merge')).toMatchObject({
    maxTurns: 16,
    maxVisits: 2,
    onLimit: 'approved',
    retry: { max: 3, backoffMs: 2000 },
    next: [
      { when: 'merge.verdict == "approve"', to: 'approved' },
      { when: 'merge.verdict == "again"', to: 'merge' },
      { to: 'changes_requested' },
    ],
  });
  expect(phases.get('approved')).toEqual({
    kind: 'end',
    name: 'approved',
    outcome: 'success',
    result: { merged: '{{ merge }}', by: 'crew' },
  });
});

test('schema files are put in place, nested ones relative to the file that names them', () => {
  const merge = loadGood().crew?.sop.phases.find(phase => phase.name === 'merge');
  expect(merge).toMatchObject({
    output: {
      type: 'object',
      properties: {
        list: { type: 'array', items: { type: 'object', description: 'A row' } },
        self: { $ref: '#/$defs/own' },
        verdict: { type: 'string' },
      },
      required: ['verdict'],
      $defs: { own: { type: 'string' } },
    },
  });
  expect(JSON.stringify(merge)).not.toContain('$id');
});

test('the source map names the file, line and column of each part', () => {
  const { sourceMap } = loadGood();
  expect(sourceMap['roles.lead.goal']).toMatchObject({
    file: 'crews/code-review.crew.yaml',
    start: { line: 11, column: 17 },
  });
  expect(sourceMap['phases.inspect.parallel.static.tool']).toMatchObject({
    file: 'sops/code-review.sop.yaml',
    start: { line: 13, column: 23 },
  });
  expect(sourceMap['phases.merge.next.0.to']).toMatchObject({ start: { line: 30, column: 49 } });
});

test('a SOP alone is checked with its roles as placeholders', () => {
  const path = 'sops/code-review.sop.yaml';
  const { sop, diagnostics } = loadSop({ path, readSource: sourceOf(FILES), catalog: CATALOG });
  expect(diagnostics).toEqual([]);
  expect(sop?.roles).toEqual(['security_reviewer', 'lead']);
});

test('a file that is not there is one diagnostic', () => {
  const { crew, diagnostics } = loadCrew({ path: 'no.yaml', readSource: () => undefined, catalog: CATALOG });
  expect(crew).toBeUndefined();
  expect(diagnostics.map(row => row.code)).toEqual(['file-not-found']);
});

test('CRLF and a byte order mark change nothing but offsets', () => {
  const windows = { ...FILES, 'sops/code-review.sop.yaml': `\ufeff${SOP.replaceAll('\n', '\r\n')}` };
  const path = 'crews/code-review.crew.yaml';
  const { crew } = loadCrew({ path, readSource: sourceOf(windows), catalog: CATALOG });
  expect(crew).toEqual(loadGood().crew);
});

test('loading twice gives the same', () => {
  expect(loadGood()).toEqual(loadGood());
});

const root = new URL('../../', import.meta.url);
const shipped = ['crews', 'sops'].flatMap(folder =>
  existsSync(new URL(folder, root))
    ? readdirSync(new URL(folder, root))
        .filter(name => name.endsWith('.yaml'))
        .map(name => `${folder}/${name}`)
    : [],
);

test.each(shipped)('the shipped %s has the shape that the schemas describe', path => {
  const readSource = (name: string): string | undefined => {
    const file = new URL(name, root);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  const load = path.endsWith('.sop.yaml') ? loadSop : loadCrew;
  // The tests' own catalog knows other tools; whether the shipped crews call real ones is another room's test.
  const toolCodes = /tool|argument|builtin/;
  const found = load({ path, readSource, catalog: CATALOG }).diagnostics;
  expect(found.filter(row => !toolCodes.test(row.code))).toEqual([]);
});
