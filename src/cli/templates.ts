import { readdirSync, readFileSync } from 'node:fs';
import { CrewError } from '../model/crew-error.ts';

/** What can be scaffolded, by name, with a line for people; the first is the default. The files stand in `templates/`. */
export const TEMPLATES = {
  'write-and-review': 'a writer and a critic, in a loop until the text is approved, at most three times',
  hello: 'one role, one phase',
  'fan-out': 'two roles at once, and a third that weighs what they say',
} as const satisfies Record<string, string>;

export type TemplateName = keyof typeof TEMPLATES;

const FOLDER = new URL('./templates/', import.meta.url);
const SCHEMAS = new URL('../../schemas/', import.meta.url);
/** Schemas that the files of a project name in their first line. */
const NEEDED_SCHEMAS = ['crew', 'sop'];

/** Run state is kept out of version control; the settings of the project are not. */
const GITIGNORE = '.crew/*\n!.crew/config.yaml\nnode_modules/\n';

/** The files of a template by their path in the new project. */
export function templateFiles(name: TemplateName): ReadonlyMap<string, string> {
  const folder = new URL(`${name}/`, FOLDER);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  );
  const files = entries.map(entry => {
    const path = `${entry.parentPath}/${entry.name}`.slice(folder.pathname.length).replace(/^\//, '');
    return [projectPath(path), readFileSync(new URL(path, folder), 'utf8')] as const;
  });
  const schemas = NEEDED_SCHEMAS.map(each => {
    const file = `${each}.schema.json`;
    return [`schemas/${file}`, readFileSync(new URL(file, SCHEMAS), 'utf8')] as const;
  });
  const sorted = [...files, ...schemas].sort(([left], [right]) => (left < right ? -1 : 1));
  return new Map([['.gitignore', GITIGNORE], ...sorted]);
}

/** A word as the name of a template. Fails with USAGE and the names that there are. */
export function templateNamed(word: string | undefined): TemplateName {
  const names = Object.keys(TEMPLATES) as TemplateName[];
  const name = word === undefined ? names[0] : names.find(each => each === word);
  if (name !== undefined) return name;
  throw new CrewError(
    'USAGE',
    `there is no template \`${word}\`; there are ${names.map(each => `\`${each}\``).join(', ')}`,
  );
}

/** A new project has no package.json that would say which kind of module a test is. */
function projectPath(path: string): string {
  return path.replaceAll('\\', '/').replace(/\.test\.js$/, '.test.mjs');
}
