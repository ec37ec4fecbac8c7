import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { type Command, type CommandCall, textFlag } from '../command.ts';
import { TEMPLATES, templateFiles, templateNamed } from '../templates.ts';

/** `crew init [TEMPLATE]`: scaffolds a project that runs at once, without a key; overwrites nothing. */
export const initCommand: Command = {
  name: 'init',
  usage: 'init [TEMPLATE]',
  summary: 'scaffold a project: a crew, an SOP, a test',
  flags: {
    list: { type: 'boolean', help: 'list the templates' },
    force: { type: 'boolean', help: 'write over files that are there' },
  },
  run: init,
};

async function init({ positionals, values, terminal }: CommandCall): Promise<number> {
  if (values.list === true) {
    terminal.stdout(
      values.json === true ? `${JSON.stringify({ version: 1, templates: TEMPLATES }, null, 2)}\n` : listing(),
    );
    return 0;
  }
  const [word, second] = positionals;
  if (second !== undefined)
    throw new CrewError('USAGE', `expected one template, and found \`${second}\` too`);
  const files = templateFiles(templateNamed(word));
  const folder = resolve(terminal.cwd, textFlag(values, 'cwd') ?? '.');
  const there = [...files.keys()].filter(path => existsSync(join(folder, path)));
  // A repository mostly has one, and it is not ours to change.
  const kept: readonly string[] = there.includes('.gitignore') ? ['.gitignore'] : [];
  const taken = there.filter(path => !kept.includes(path));
  if (taken.length > 0 && values.force !== true) {
    const names = taken.map(path => `\`${path}\``).join(', ');
    throw new CrewError('FILE_EXISTS', `nothing was written, because there is ${names} already`);
  }
  const written = [...files.keys()].filter(path => !kept.includes(path));
  for (const path of written) writeNew(folder, path, files.get(path) ?? '');
  if (values.json === true) terminal.stdout(`${JSON.stringify({ version: 1, files: written }, null, 2)}\n`);
  else if (values.quiet !== true)
    terminal.stdout(nextSteps(written, textFlag(values, 'cwd'), terminal.env.npm_command === 'exec'));
  return 0;
}

function writeNew(folder: string, path: string, text: string): void {
  const target = join(folder, path);
  try {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  } catch (error) {
    throw new CrewError('FILE_UNWRITABLE', `\`${path}\` cannot be written: ${(error as Error).message}`);
  }
}

function listing(): string {
  const width = Math.max(...Object.keys(TEMPLATES).map(name => name.length));
  return Object.entries(TEMPLATES)
    .map(([name, words]) => `${name.padEnd(width)}  ${words}\n`)
    .join('');
}

/** Who came by npx has no `crew` in other folders. */
function nextSteps(files: readonly string[], folder: string | undefined, byNpx: boolean): string {
  const crew = files.find(path => path.endsWith('.crew.yaml')) ?? '';
  const into = folder === undefined ? '' : `  cd ${folder}\n`;
  const link = byNpx ? ', once `npm link` in the checkout of Crewfile has put `crew` on your PATH' : '';
  return `${files.map(path => `wrote ${path}\n`).join('')}
Next${link}:
${into}  crew check ${crew}
  crew plan ${crew}
  crew run ${crew} --model script:replies.yaml
  crew run ${crew}
`;
}
