// How long versions of prompts take to be read: a repository with 1,000 commits and 50 prompts that share a partial.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchCommand } from './commands.mjs';
import { ROOT, titles } from './report.mjs';

const COMMITS = 1_000;
const PROMPTS = 50;
const FIRST_DAY = 1_900_000_000;
const program = join(ROOT, 'dist/cli/crew.js');

function promptText(prompt, commit) {
  const line = at =>
    `Line ${at} of prompt ${prompt} (${at === 7 ? commit : 0}): read {{ diff }} and say what is wrong.`;
  const style = prompt % 5 === 0 ? '{% render "style" %}\n' : '';
  const front = `---\ndescription: Prompt ${prompt}\ninput:\n  diff: { type: string }\n---\n`;
  return `${front}${style}${Array.from({ length: 30 }, (_, at) => line(at)).join('\n')}\n`;
}

/** One prompt, or now and then the partial, changes in each commit. */
function historyStream() {
  const file = (path, text) =>
    `M 644 inline prompts/${path}.prompt.md\ndata ${Buffer.byteLength(text)}\n${text}\n`;
  const commits = Array.from({ length: COMMITS }, (_, commit) => {
    const who = `Ada <ada@example.com> ${FIRST_DAY + commit * 3_600} +0000`;
    const subject = `Change ${commit}`;
    const head = `commit refs/heads/main\nauthor ${who}\ncommitter ${who}\ndata ${subject.length}\n${subject}\n`;
    const style = file('_style', `Be short (${commit}).\n`);
    if (commit % 40 !== 0) return head + file(`p${commit % PROMPTS}`, promptText(commit % PROMPTS, commit));
    if (commit > 0) return head + style;
    const all = Array.from({ length: PROMPTS }, (_unused, prompt) =>
      file(`p${prompt}`, promptText(prompt, 0)),
    );
    return head + style + all.join('');
  });
  return commits.join('');
}

/** Prints how long `crew prompt` takes with an index and without. */
export async function benchPrompts() {
  const folder = mkdtempSync(join(tmpdir(), 'crew-bench-'));
  const git = (args, input) =>
    execFileSync('git', args, { cwd: folder, input, stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    git(['init', '-q', '--initial-branch=main']);
    git(['fast-import', '--quiet'], historyStream());
    git(['checkout', '-q', 'main']);
    git(['tag', 'prompt/p3/production', 'main~100']);
    const shown = execFileSync(process.execPath, [program, 'prompt', 'show', 'p3@production', '--json'], {
      cwd: folder,
    });
    const hash = JSON.parse(String(shown)).shown.hash.slice(0, 8);
    titles(`Prompts, ${COMMITS} commits, ${PROMPTS} prompts`, ['median', 'worst', '× node', 'worst']);
    const forget = () => rmSync(join(folder, '.crew'), { recursive: true, force: true });
    const crew = (...args) => ({ args: [program, 'prompt', ...args], cwd: folder });
    await benchCommand('prompt log p3, no index', { ...crew('log', 'p3'), before: forget, goalMs: 1_000 });
    await benchCommand('prompt log p3', { ...crew('log', 'p3'), goalMs: 1_000 });
    await benchCommand('prompt show p3@HASH', { ...crew('show', `p3@${hash}`), goalMs: 150 });
    await benchCommand('prompt show p3@production', { ...crew('show', 'p3@production'), goalMs: 150 });
    await benchCommand('prompt show p5@HEAD^, with a partial', crew('show', 'p5@HEAD^'));
    await benchCommand('prompt list', crew('list'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
