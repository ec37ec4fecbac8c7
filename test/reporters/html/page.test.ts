import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fc } from '../../laws.ts';
import { randomCrew, randomReplies, SLOW_TOOLS } from '../../runtime/random-crew.ts';
import { runCrew } from '../../runtime/run-crew.ts';
import { type Browser, findChromium, openBrowser, type Page, type PageOptions } from './browser.ts';
import { hostileRun, VECTORS } from './hostile-run.ts';
import { renderRun } from './render-run.ts';

const chromium = findChromium();
if (chromium === undefined) {
  console.warn('NOT CHECKED: there is no chromium on the PATH, so no page of a run was opened in a browser');
}
const DESKTOP: PageOptions = { width: 1280, height: 900 };

describe.skipIf(chromium === undefined)('in a real browser', () => {
  let browser: Browser;
  let folder: string;
  let hostile: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-'));
    browser = await openBrowser(chromium ?? '');
    hostile = await renderRun(await hostileRun(), VECTORS.join('\n'));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(html: string, options: PageOptions = DESKTOP): Promise<Page> {
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    return await browser.open(pathToFileURL(file).href, options);
  }

  const hits = `document.querySelectorAll('[data-find]:not([hidden])').length`;
  const search = (words: string) =>
    `(async () => { const box = document.querySelector('[data-do=find]'); box.value = ${JSON.stringify(words)};
      box.dispatchEvent(new Event('input')); await new Promise(done => setTimeout(done, 400)); return ${hits}; })()`;

  test('nothing that a run holds acts: no script, no request, no word in the console', async () => {
    const page = await open(hostile);
    await page.evaluate(`document.querySelectorAll('details').forEach(each => { each.open = true; })`);
    await page.evaluate(`document.querySelectorAll('.same a').forEach(each => each.click())`);
    await page.evaluate(
      `document.querySelectorAll('main *').forEach(each => { each.dispatchEvent(new MouseEvent('mouseover', { bubbles: true })); each.dispatchEvent(new Event('focus')); })`,
    );
    expect(await page.evaluate('typeof window.pwned')).toBe('undefined');
    expect(page.requests).toHaveLength(1);
    expect(page.console).toEqual([]);
    await page.close();
  });

  test('it is the escaping that keeps it so, not only the policy of the page', async () => {
    const page = await open(hostile.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
    expect(await page.evaluate('typeof window.pwned')).toBe('undefined');
    expect(page.requests).toHaveLength(1);
    const counted = `[document.scripts.length, document.querySelectorAll('iframe, object, img, link, base, math, main style').length]`;
    expect(await page.evaluate(counted)).toEqual([1, 0]);
    const handlers = `[...document.querySelectorAll('*')].flatMap(each => each.getAttributeNames()).filter(name => name.startsWith('on'))`;
    expect(await page.evaluate(handlers)).toEqual([]);
    await page.close();
  });

  test('the policy would stop a script that came through all the same', async () => {
    const page = await open(hostile.replace('</main>', '<script>window.pwned = 1</script></main>'));
    expect(await page.evaluate('typeof window.pwned')).toBe('undefined');
    expect(page.console.join()).toContain('Content Security Policy');
    await page.close();
  });

  test('links of foreign text lead to http, https and mail alone', async () => {
    const page = await open(hostile);
    const schemes = await page.evaluate(
      `[...new Set([...document.links].map(each => each.protocol))].sort()`,
    );
    expect(schemes).toEqual(['file:', 'https:']);
    await page.close();
  });

  test('what cannot be seen is shown as an escape, and all vectors can be read as text', async () => {
    const page = await open(hostile);
    const text = String(await page.evaluate('document.body.textContent'));
    expect(text).toContain('\\u{202e}');
    expect(text).not.toMatch(/[\u202e\u2066\u200b\0]/);
    expect(text).toContain('<svg onload=window.pwned=8>');
    await page.close();
  });

  test('search and filters leave what was asked for, and say how much', async () => {
    const page = await open(await renderRun(await talkRun()));
    const all = Number(await page.evaluate(hits));
    const found = Number(await page.evaluate(search('MARBLE')));
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(all);
    expect(await page.evaluate(`document.querySelector('[data-do=found]').textContent`)).toBe(
      `${found} of ${all}`,
    );
    expect(await page.evaluate(`CSS.highlights.get('found').size > 0`)).toBe(true);
    expect(await page.evaluate(search('no such words'))).toBe(0);
    expect(await page.evaluate(search(''))).toBe(all);
    const byRole = `(() => { const role = document.querySelector('[data-do=role]'); role.value = 'critic'; role.dispatchEvent(new Event('change'));
      return [...document.querySelectorAll('[data-find]:not([hidden])')].every(each => each.dataset.role === 'critic'); })()`;
    expect(await page.evaluate(byRole)).toBe(true);
    expect(page.console).toEqual([]);
    await page.close();
  });

  test('every link inside the page has its place, and opens what is folded around it', async () => {
    for (const html of [hostile, await renderRun(await talkRun())]) {
      const page = await open(html);
      const dead = `[...document.querySelectorAll('a[href^="#"]')].filter(each => !document.getElementById(each.getAttribute('href').slice(1))).map(each => each.outerHTML)`;
      expect(await page.evaluate(dead)).toEqual([]);
      const ids = `(all => all.filter((id, nth) => all.indexOf(id) !== nth))([...document.querySelectorAll('[id]')].map(each => each.id))`;
      expect(await page.evaluate(ids)).toEqual([]);
      await page.evaluate(`location.hash = '#p1'`);
      await expect.poll(() => page.evaluate(`document.getElementById('p1').open`)).toBe(true);
      await page.close();
    }
  });

  test('without JavaScript all of it can be read', async () => {
    const page = await open(await renderRun(await talkRun()), { ...DESKTOP, javascript: false });
    const { root } = (await page.send('DOM.getDocument')) as { root: { nodeId: number } };
    const found = (await page.send('DOM.getOuterHTML', { nodeId: root.nodeId })) as { outerHTML: string };
    for (const words of ['marble', 'Write about rain', 'talk', 'critic'])
      expect(found.outerHTML).toContain(words);
    expect(found.outerHTML).not.toContain('class="js"');
    await page.close();
  });

  test('nothing is wider than a phone', async () => {
    for (const html of [hostile, await renderRun(await talkRun())]) {
      const page = await open(html, { width: 390, height: 844, dark: true });
      const wide = `document.documentElement.scrollWidth <= 390 ? [] : [...document.querySelectorAll('main *')].filter(each => !each.closest('pre, .scroll, .chart') && each.getBoundingClientRect().right > 391).map(each => each.outerHTML.slice(0, 100)).slice(0, 5)`;
      expect(await page.evaluate(wide)).toEqual([]);
      await page.close();
    }
  });

  test('a run of thousands of events stays a page of a few megabytes that finds things', async () => {
    const run = await longRun();
    expect(run.events.length).toBeGreaterThan(5000);
    const html = await renderRun(run);
    expect(html.length).toBeLessThan(6_000_000);
    const page = await open(html);
    expect(Number(await page.evaluate(search('item 77')))).toBeGreaterThan(0);
    expect(page.console).toEqual([]);
    await page.close();
  }, 120_000);
});

test('whatever a crew does, its page is made, and its links have their places', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('wild'), fc.nat(1_000_000), async (yaml, seed) => {
      const options = { yaml, inputs: { topic: 'rain' }, tools: SLOW_TOOLS };
      const html = await renderRun(await runCrew({ ...options, replies: randomReplies('wild', seed) }));
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
      const links = [...html.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
      expect(links.filter(id => !ids.includes(id))).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test('secrets do not come into a page', async () => {
  const run = await runCrew({
    yaml: `roles: { writer: { goal: Write. } }
start: write
phases:
  write: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ write }}" }
`,
    replies: () => ({ text: 'The token is correct-horse, the key AKIAIOSFODNN7EXAMPLE.' }),
  });
  const html = await renderRun(run, 'Keep it.', { HORSE_TOKEN: 'correct-horse' });
  expect(html).not.toMatch(/correct-horse|AKIAIOSFODNN7EXAMPLE/);
  expect(html).toContain('[scrubbed]');
});

test('crews inside are drawn with the way that they went', async () => {
  const inner = `version: 1
crew: inner
goal: Do a part.
start: first
phases:
  first: { human: "Go on?", next: over }
  over: { end: success, result: "{{ first.text }}" }
`;
  const run = await runCrew({
    yaml: `start: part
phases:
  part: { crew: inner.crew.yaml, next: done }
  done: { end: success }
`,
    files: { 'inner.crew.yaml': inner },
    person: () => ({ choice: null, text: 'yes', by: 'ada' }),
  });
  const html = await renderRun(run);
  expect(html).toContain('<h3>inside part/</h3>');
  expect(html.match(/class="box walked"/g)).toHaveLength(2);
  expect(html.match(/class="end walked"/g)).toHaveLength(2);
});

test('equal runs give equal pages', async () => {
  expect(await renderRun(await talkRun())).toBe(await renderRun(await talkRun()));
});

async function talkRun() {
  return await runCrew({
    yaml: `inputs: { topic: { type: string } }
roles: { writer: { goal: Write., tools: [kit] }, critic: { goal: Judge. } }
start: draft
phases:
  draft: { role: writer, task: "Write about {{ inputs.topic }}.", next: talk }
  talk:
    talk: [writer, critic]
    task: "Speak about {{ draft }}"
    speaker: round_robin
    max_turns: 3
    next: done
  done: { end: success, result: "{{ talk }}" }
`,
    inputs: { topic: 'rain' },
    replies: (_request, nth) =>
      nth === 1
        ? { calls: [{ tool: 'kit.echo', args: { text: 'a marble' } }] }
        : { text: `Reply ${nth}: **rain** on a roof, \`drip\`.` },
  });
}

async function longRun() {
  const items = Array.from({ length: 640 }, (_, nth) => `item ${nth}`);
  return await runCrew({
    yaml: `inputs: { items: { type: array, items: { type: string } } }
roles: { writer: { goal: Write., tools: [kit] } }
start: all
phases:
  all:
    each: { in: "{{ inputs.items }}", as: item, max: 700 }
    concurrency: 4
    do: { role: writer, task: "Write about {{ item }}, with care and at some length: ${'words '.repeat(40)}" }
    next: done
  done: { end: success, result: done }
`,
    inputs: { items },
    replies: request =>
      request.messages.length < 3
        ? {
            calls: [
              {
                tool: 'kit.echo',
                args: { text: `look at ${JSON.stringify(request.messages[1]).slice(60, 100)}` },
              },
            ],
          }
        : { text: `An answer of some length. ${'More of it follows here. '.repeat(20)}` },
  });
}
