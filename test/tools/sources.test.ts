import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { htmlText } from '../../src/tools/sources/html-text.ts';
import { splitPassages, splitSentences } from '../../src/tools/sources/split-passages.ts';
import { fc } from '../laws.ts';
import { makeFolder } from './git-repository.ts';
import { callTool, failureOf } from './tool-call.ts';

let workspace: string;
beforeEach(() => {
  workspace = makeFolder();
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(workspace, path)), { recursive: true });
  writeFileSync(join(workspace, path), content);
}

const collect = (args: object) => callTool(workspace, 'sources.collect', { ...args });
const search = (args: object) => callTool(workspace, 'sources.search', { ...args });

describe('sources.collect', () => {
  test('gives ids in order of path, whatever the order of the paths', async () => {
    write('notes/b.md', '# Second\n\nText.');
    write('notes/a.txt', 'First.');
    write('notes/deep/c.html', '<title>Third</title><p>Some <b>bold</b> text.</p>');
    write('notes/code.ts', 'export {}');
    const found = await collect({ paths: ['notes/deep', 'notes'] });
    expect(found).toEqual(await collect({ paths: ['notes/**/*'] }));
    expect(found.left_out).toEqual([]);
    expect(
      found.sources.map(({ id, path, title, text }: Record<string, string>) => [id, path, title, text]),
    ).toEqual([
      ['s1', 'notes/a.txt', 'a.txt', 'First.'],
      ['s2', 'notes/b.md', 'Second', '# Second\n\nText.'],
      ['s3', 'notes/deep/c.html', 'Third', 'Some bold text.'],
    ]);
    expect(found.sources[0].sha256).toBe(createHash('sha256').update('First.').digest('hex'));
  });

  test('reads a named file whatever it is called', async () => {
    write('LICENSE', 'You may.');
    for (const path of ['LICENSE', './LICENSE', join(workspace, 'LICENSE')]) {
      expect((await collect({ paths: [path] })).sources).toMatchObject([
        { path: 'LICENSE', text: 'You may.' },
      ]);
    }
  });

  test('says what it left out', async () => {
    write('a.md', 'x'.repeat(300));
    write('b.md', Uint8Array.of(0, 1, 2));
    write('c.md', ' \n');
    write('d.md', 'fits');
    write('e.md', 'one too many');
    const found = await collect({ paths: ['.'], max_files: 2, max_length: 100 });
    expect(found.sources.map((source: { path: string }) => source.path)).toEqual(['a.md', 'd.md']);
    expect(found.left_out).toEqual([
      { path: 'a.md', reason: 'cut after 100 of 300 characters' },
      { path: 'b.md', reason: 'a binary file' },
      { path: 'c.md', reason: 'no text in it' },
      { path: 'e.md', reason: 'more than 2 sources' },
    ]);
  });

  test('stays below the size of a result, also when every character has to be escaped', async () => {
    for (let count = 0; count < 30; count += 1) write(`n${count}.txt`, '"\u0001'.repeat(50_000));
    const found = await collect({ paths: ['.'], max_length: 100_000 });
    expect(JSON.stringify(found).length).toBeLessThan(1_000_000);
    expect(found.sources.length + found.left_out.length).toBe(30);
  });

  test('nothing outside of the workspace is read', async () => {
    symlinkSync('/etc/hostname', join(workspace, 'host.md'));
    write('a.md', 'inside');
    expect((await collect({ paths: ['.'] })).sources).toHaveLength(1);
    for (const path of ['..', '/etc/hostname', 'host.md', '.git/config', 'a\0b']) {
      expect(await failureOf(collect({ paths: [path] }))).toMatchObject({ code: 'OUTSIDE_WORKSPACE' });
    }
    expect(await failureOf(collect({ paths: ['gone'] }))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await failureOf(collect({ paths: ['**/**/**/**/x'] }))).toMatchObject({ code: 'TOOL_ARGUMENTS' });
  });
});

describe('the text of HTML', () => {
  test.each([
    ['<p>a<p>b', 'a\n\nb'],
    ['<ul><li>one<li>two</ul>', 'one\ntwo'],
    ['a<script>alert("<p>")</script>b<style>p{}</style>c', 'abc'],
    ['a<!-- <p>hidden --> b', 'a b'],
    ['1 &lt; 2 &amp;&#38;&#x26; &unknown; &#0;&#xD800;', '1 < 2 &&& &unknown;'],
    ['if a < b and c > d', 'if a < b and c > d'],
    ['cut off <a href="', 'cut off <a href="'],
    ['<script>never closed', ''],
  ])('%j is %j', (html, text) => expect(htmlText(html).text).toBe(text));

  test('takes any text, and a lot of it', () => {
    fc.assert(fc.property(fc.string(), html => typeof htmlText(html).text === 'string'));
    const part = fc.constantFrom(
      '<',
      '>',
      '<!--',
      '-->',
      '<p',
      '</p>',
      '<script>',
      '</script',
      '&',
      ' ',
      'a',
      '\n',
    );
    fc.assert(fc.property(fc.array(part), parts => typeof htmlText(parts.join('')).text === 'string'));
    for (const part of ['<', '<a', '<!--', '<p>', '<b> ', ' ', '&', '<script>', '</title>']) {
      expect(htmlText(part.repeat(300_000)).text).toEqual(expect.any(String));
    }
  });
});

describe('sources.search', () => {
  const sources = [
    { id: 's1', text: '# Bees\n\nHoney bees dance. They tell where flowers are.\n\n- Drones do not dance.' },
    { id: 's2', text: 'A hive needs forty kilograms of honey for a winter.\n\nWax is another matter.' },
  ];

  test('ranks passages by their words, with their places', async () => {
    const { passages, unknown_words } = await search({ query: 'How much honey for the winter?', sources });
    expect(passages.map(({ source, quote }: Record<string, string>) => [source, quote])).toEqual([
      ['s2', 'A hive needs forty kilograms of honey for a winter.'],
      ['s1', 'Honey bees dance. They tell where flowers are.'],
    ]);
    expect(unknown_words).toEqual(['much']);
    expect((await search({ query: 'Drone', sources })).passages).toMatchObject([
      { quote: 'Drones do not dance.' },
    ]);
    expect((await search({ query: 'the of a', sources })).passages).toEqual([]);
    expect((await search({ query: 'dance honey', sources, limit: 1 })).passages).toHaveLength(1);
  });

  test('finds in files under the ids that collecting gives', async () => {
    write('notes/1.md', 'Nothing of that.');
    write('notes/2.md', 'Bees dance.');
    expect((await search({ query: 'bees', paths: ['notes'] })).passages).toMatchObject([{ source: 's2' }]);
  });

  test.each([[{ query: 'x' }], [{ query: 'x', sources: [{ id: 's1' }] }], [{ query: 'x', sources: 'all' }]])(
    '%j fails with TOOL_ARGUMENTS',
    async args => {
      expect(await failureOf(search(args))).toMatchObject({ code: 'TOOL_ARGUMENTS' });
    },
  );

  test('law: passages and sentences are there word for word at their places, and lose no word', () => {
    const part = fc.constantFrom(
      'Bees',
      ' ',
      '\n',
      '\n\n',
      '.',
      '! ',
      '- ',
      '# ',
      '1. ',
      'dance',
      '"',
      '…',
      '\t',
      '| ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), parts => {
        const text = parts.join('');
        for (const split of [splitPassages, splitSentences]) {
          for (const { quote, at } of split([{ id: 's', text }])) {
            expect(text.slice(at, at + quote.length)).toBe(quote);
          }
          if (text.includes('#')) continue;
          const kept = split([{ id: 's', text }]).flatMap(({ quote }) => quote.match(/Bees|dance/g) ?? []);
          expect(kept).toEqual(text.match(/Bees|dance/g) ?? []);
        }
      }),
    );
  });

  test('a wall of text is cut into passages', () => {
    const text = 'word '.repeat(1_000);
    const passages = splitPassages([{ id: 's', text }]);
    expect(passages.length).toBeGreaterThan(5);
    expect(passages.map(({ quote }) => quote).join(' ')).toBe(text.trim());
    expect(
      splitSentences([{ id: 's', text: 'x'.repeat(10_000) }])
        .map(({ quote }) => quote)
        .join(''),
    ).toHaveLength(10_000);
  });
});
