import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openBrowser } from '../../src/cli/open-browser.ts';
import { until } from '../machine.ts';
import { makeFolder } from '../tools/git-repository.ts';

/** A browser that writes down each of its arguments, and where. */
function makeBrowser(): { readonly program: string; readonly opened: () => Promise<readonly string[]> } {
  const folder = makeFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'browser');
  const notes = join(folder, 'notes');
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" > ${notes}.next\nmv ${notes}.next ${notes}\n`);
  chmodSync(program, 0o755);
  const opened = async (): Promise<readonly string[]> => {
    await until(() => existsSync(notes));
    return readFileSync(notes, 'utf8').trimEnd().split('\n');
  };
  return { program, opened };
}

const URL_OF_LOGIN = 'https://login.example/auth?scope=a%20b&x=$(touch${IFS}pwned)&y=`id`;z&w=%27';

test('the chosen browser gets the address as one argument, and no shell sees it', async () => {
  const { program, opened } = makeBrowser();
  expect(await openBrowser(URL_OF_LOGIN, { env: { BROWSER: program } })).toBe(true);
  expect(await opened()).toEqual([new URL(URL_OF_LOGIN).href]);
});

test('an address has its place among the words of a command, of which the first counts', async () => {
  const { program, opened } = makeBrowser();
  const env = { BROWSER: `${program} --new %s --quiet:/nonexistent/other` };
  expect(await openBrowser(URL_OF_LOGIN, { env })).toBe(true);
  expect(await opened()).toEqual(['--new', new URL(URL_OF_LOGIN).href, '--quiet']);
});

test.each(['javascript:alert(1)', 'file:///etc/passwd', '-a Calculator', 'vscode://x', ''])(
  'nothing is opened for %j',
  async url => {
    const { program } = makeBrowser();
    expect(await openBrowser(url, { env: { BROWSER: program } })).toBe(false);
  },
);

test('a browser that is not there is no trouble', async () => {
  expect(await openBrowser(URL_OF_LOGIN, { env: { BROWSER: '/nonexistent/browser' } })).toBe(false);
});
