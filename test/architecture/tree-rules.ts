import type { Breach, Tree } from './breach.ts';
import { DOORS, EMPTY_WORDS, MAX_CARD_LINES, MAX_DECISION_LINES, PLAIN_FILES, TOP_LEVEL } from './house.ts';
import { roomOf } from './import-rules.ts';

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Checks names, cards, decisions, the top level and the reasons of dependencies. */
export function treeBreaches(tree: Tree): Breach[] {
  const paths = [...tree.keys()];
  return [
    ...paths.flatMap(nameBreaches),
    ...paths.flatMap(plainBreaches),
    ...cardBreaches(tree),
    ...topLevelBreaches(paths),
    ...dependencyBreaches(tree),
  ];
}

function nameBreaches(path: string): Breach[] {
  if (!path.startsWith('src/') && !path.startsWith('test/')) return [];
  if (path.endsWith('.md') || path.includes('/fixtures/')) return [];
  const breach = (rule: string, message: string): Breach => ({ file: path, line: 1, rule, message });
  return path
    .split('/')
    .slice(1)
    .flatMap(name => name.split('.').slice(0, name.includes('.') ? -1 : 1))
    .flatMap(word => {
      if (!KEBAB.test(word)) return [breach('kebab-case', `\`${word}\` is not kebab-case`)];
      const empty = word.split('-').find(part => EMPTY_WORDS.has(part));
      return empty === undefined
        ? []
        : [breach('empty-word', `\`${empty}\` does not say what the file does`)];
    });
}

/** What `crew init` writes into people's projects is theirs, and plain JavaScript runs there without a build. */
const SCAFFOLDS = 'src/cli/templates/';

function plainBreaches(path: string): Breach[] {
  if (path.startsWith(SCAFFOLDS)) return [];
  if (!/^src\/.+\.[cm]?jsx?$/.test(path) || path.endsWith('.generated.js') || PLAIN_FILES.has(path))
    return [];
  return [{ file: path, line: 1, rule: 'plain-javascript', message: 'sources are TypeScript' }];
}

function cardBreaches(tree: Tree): Breach[] {
  const rooms = new Set([...tree.keys()].filter(path => /^src\/.+\.tsx?$/.test(path)).map(roomOf));
  rooms.delete('index');
  const missing = [...rooms].filter(room => !tree.has(`src/${room}/README.md`));
  return [
    ...missing.map(room => ({
      file: `src/${room}/README.md`,
      line: 1,
      rule: 'room-card',
      message: `room ${room} has no card`,
    })),
    ...[...tree].flatMap(([path, text]) => {
      if (/^src\/[^/]+\/README\.md$/.test(path)) return tooLong(path, text, MAX_CARD_LINES);
      return /^src\/decisions\/\d{4}-/.test(path) ? tooLong(path, text, MAX_DECISION_LINES) : [];
    }),
  ];
}

function tooLong(file: string, text: string, most: number): Breach[] {
  const lines = text.trimEnd().split('\n').length;
  if (lines <= most) return [];
  return [
    { file, line: most + 1, rule: 'card-length', message: `${lines} lines, at most ${most} are allowed` },
  ];
}

function topLevelBreaches(paths: readonly string[]): Breach[] {
  const names = new Set(paths.map(path => path.split('/')[0] ?? path));
  return [...names]
    .filter(name => !name.startsWith('.') && !TOP_LEVEL.has(name))
    .map(name => ({
      file: name,
      line: 1,
      rule: 'top-level',
      message: `\`${name}\` may not stand at the top`,
    }));
}

interface Manifest {
  readonly [group: string]: { readonly [name: string]: string } | undefined;
}

function dependencyBreaches(tree: Tree): Breach[] {
  const text = tree.get('package.json');
  if (text === undefined) return [];
  const manifest = JSON.parse(text) as Manifest;
  const shipped = Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  });
  const all = [...shipped, ...Object.keys(manifest.devDependencies ?? {})];
  const reasons = Object.keys(manifest.dependencyReasons ?? {});
  const breach = (name: string, rule: string, message: string): Breach => {
    const line = text.split('\n').findIndex(row => row.includes(`"${name}"`)) + 1;
    return { file: 'package.json', line, rule, message };
  };
  return [
    ...all
      .filter(name => !reasons.includes(name))
      .map(name => breach(name, 'dependency-reason', `\`${name}\` has no line in \`dependencyReasons\``)),
    ...reasons
      .filter(name => !all.includes(name))
      .map(name => breach(name, 'dependency-reason', `\`${name}\` has a reason and is no dependency`)),
    ...shipped
      .filter(name => !DOORS.has(name))
      .map(name => breach(name, 'unknown-package', `\`${name}\` is shipped and has no door`)),
  ];
}
