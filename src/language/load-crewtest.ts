import { checkTemplate } from '../expressions/template-check.ts';
import { ERROR_CODES } from '../model/crew-error.ts';
import type { CrewTest, CrewTestFile, Expectation, TestModel } from '../model/crewtest.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { suggest } from './closest.ts';
import { crewtest } from './generated/file-validators.generated.js';
import { CREWTEST_KEYS } from './generated/schema-keys.generated.js';
import { asObject, asText, asTexts, namedRows, wholeNumber } from './lower-values.ts';
import { parseSource } from './parse.ts';
import { createReport, quote, type Report, sortDiagnostics } from './report.ts';
import { explainProblems } from './schema-problems.ts';
import {
  entryOf,
  keyPlaceOf,
  type NodePath,
  nodeAt,
  placeOf,
  type SourceNode,
  toJson,
} from './source-node.ts';
import { reportTemplateProblems } from './template-problems.ts';

/** A file of tests as it was read, with all that is wrong with it. */
export interface LoadedCrewTests {
  /** Present exactly when no diagnostic is an error. */
  readonly file?: CrewTestFile;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the text of a `*.crewtest.yaml` and checks it like a crew file: its keys, its values, the conditions in it and the
 * codes that it names. Never throws; all mistakes are in `diagnostics`, by line and column. Pure.
 */
export function loadCrewTests(path: string, text: string): LoadedCrewTests {
  const { report, diagnostics, failed } = createReport();
  const { root } = parseSource(path, text.replace(/^\uFEFF/, ''), report);
  if (root !== undefined) {
    const problems = crewtest(toJson(root)) ? [] : (crewtest.errors ?? []);
    explainProblems(problems, { root, path: [], report, keysAt });
    for (const [name] of namedRows(valueAt(root, ['tests']))) checkTest(root, ['tests', name], report);
  }
  const found = { diagnostics: sortDiagnostics(diagnostics, [path]) };
  return root === undefined || failed() ? found : { ...found, file: lowerFile(root) };
}

/** The known keys that a mapping does not have yet, for suggestions. */
function keysAt(path: NodePath, node: SourceNode | undefined): readonly string[] {
  const place =
    path.length === 0 ? 'file' : path.length === 2 ? 'test' : path.length === 3 ? String(path[2]) : '';
  const known = Object.hasOwn(CREWTEST_KEYS, place) ? (CREWTEST_KEYS[place] ?? []) : [];
  return known.filter(key => entryOf(node, key) === undefined);
}

/** What a recording has already cannot be given beside it. */
const RECORDED = ['inputs', 'workspace', 'replies', 'model', 'answers', 'allow'];

function checkTest(root: SourceNode, path: NodePath, report: Report): void {
  const test = nodeAt(root, path);
  const has = (key: string) => entryOf(test, key) !== undefined;
  const idle = has('cassette') ? RECORDED.filter(has) : has('replies') && has('model') ? ['model'] : [];
  for (const key of idle) {
    const other = has('cassette') ? 'cassette' : 'replies';
    const why = has('cassette')
      ? 'a recording has everything that a run was given'
      : 'the replies are the model';
    const range = keyPlaceOf(root, [...path, key]);
    report({
      code: 'idle-setting',
      range,
      message: `${quote(key)} has no place beside \`${other}\``,
      hint: why,
    });
  }
  checkError(root, [...path, 'expect', 'error'], report);
  const assert = nodeAt(root, [...path, 'expect', 'assert']);
  for (const node of assert?.kind === 'list' ? assert.items : []) {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') continue;
    reportTemplateProblems({ node, check: checkTemplate(node.value, 'condition') }, report);
  }
}

function checkError(root: SourceNode, path: NodePath, report: Report): void {
  const code = asText(valueAt(root, path));
  if (code === '' || Object.hasOwn(ERROR_CODES, code)) return;
  const hint = suggest(code, Object.keys(ERROR_CODES));
  const message = `There is no error code ${quote(code)}`;
  report({ code: 'invalid-value', range: placeOf(root, path), message, hint });
}

function valueAt(root: SourceNode, path: NodePath): JsonValue | undefined {
  const node = nodeAt(root, path);
  return node === undefined ? undefined : toJson(node);
}

function lowerFile(root: SourceNode): CrewTestFile {
  const tests = namedRows(valueAt(root, ['tests']));
  return {
    crew: asText(valueAt(root, ['crew'])),
    tests: tests.map(([name, test]) => lowerTest(name, asObject(test))),
  };
}

function lowerTest(name: string, test: JsonObject): CrewTest {
  const { workspace } = test;
  const place = asObject(workspace);
  const files = typeof workspace === 'string' ? workspace : asText(place.files) || undefined;
  const answers = namedRows(test.answers).map(
    ([phase, answer]) => [phase, typeof answer === 'string' ? [answer] : asTexts(answer)] as const,
  );
  return {
    name,
    inputs: asObject(test.inputs),
    workspace: { files, git: place.git === true },
    model: lowerModel(test),
    answers: new Map(answers),
    allow: asTexts(test.allow),
    expect: lowerExpectation(asObject(test.expect)),
  };
}

function lowerModel({ cassette, replies }: JsonObject): TestModel {
  if (typeof cassette === 'string') return { kind: 'cassette', file: cassette };
  return typeof replies === 'string' ? { kind: 'replies', file: replies } : { kind: 'offline' };
}

function lowerExpectation(expect: JsonObject): Expectation {
  const usd = expect.max_usd;
  return {
    outcome: (asText(expect.outcome) || undefined) as Expectation['outcome'],
    error: asText(expect.error) || undefined,
    waits: asText(expect.waits) || undefined,
    path: expect.path === undefined ? undefined : asTexts(expect.path),
    result: expect.result,
    artifacts: asObject(expect.artifacts),
    maxCalls: wholeNumber(expect.max_calls),
    maxToolCalls: wholeNumber(expect.max_tool_calls),
    maxTokens: wholeNumber(expect.max_tokens),
    maxMicroUsd: typeof usd === 'number' ? Math.round(usd * 1_000_000) : undefined,
    assert: asTexts(expect.assert),
  };
}
