import { expect, test } from 'vitest';
import { GOOD_CREW, INCLUDED_SOP, INCLUDING_CREW } from '../../src/language/code-row.ts';
import { type LoadedCrew, loadCrew } from '../../src/language/load-crew.ts';
import { CATALOG, sourceOf } from './catalog.ts';

function load(text: string, files: Record<string, string> = {}): LoadedCrew {
  return loadCrew({ path: 'a.yaml', readSource: sourceOf({ ...files, 'a.yaml': text }), catalog: CATALOG });
}

function codes({ diagnostics }: LoadedCrew): readonly string[] {
  return diagnostics.map(
    ({ code, severity, range }) => `${severity} ${code} ${range.file}:${range.start.line}`,
  );
}

test('a file of version 0 is read as one of version 1, with its places, and is told so', () => {
  const old = load(GOOD_CREW.replace('version: 1', 'version: 0'));
  const now = load(GOOD_CREW);
  expect(codes(old)).toEqual(['info outdated-version a.yaml:1']);
  expect(old.crew).toEqual(now.crew);
  expect(old.sourceMap).toEqual(now.sourceMap);
});

test('an included procedure is lifted too, also one in a phase', () => {
  const sop = INCLUDED_SOP.replace('version: 1', 'version: 0');
  expect(codes(load(INCLUDING_CREW, { 'hello.sop.yaml': sop }))).toEqual([
    'info outdated-version hello.sop.yaml:1',
  ]);
  const phases =
    'start: a\nphases: { a: { crew: hello.sop.yaml, next: b }, b: { end: success, result: "{{ a }}" } }';
  const crew = INCLUDING_CREW.replace('sop: hello.sop.yaml', phases);
  expect(codes(load(crew, { 'hello.sop.yaml': sop }))).toEqual(['info outdated-version hello.sop.yaml:1']);
});

test.each(['2', '-1', '0.5', '"0"', 'null', '[0]'])('version %s is not lifted', version => {
  expect(codes(load(GOOD_CREW.replace('version: 1', `version: ${version}`)))).toEqual([
    'error unsupported-version a.yaml:1',
  ]);
});
