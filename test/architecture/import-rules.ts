import { posix } from 'node:path';
import type { Breach, SourceFile } from './breach.ts';
import { DOORS, FOREIGN_LOADERS, LAZY_FILES, OPTIONAL_PACKAGES, ROOMS } from './house.ts';
import { type ModuleImport, readImports } from './read-imports.ts';

type Finding = readonly [rule: string, message: string];

/** Checks every import of a file against the import table and the doors. */
export function importBreaches(file: SourceFile): Breach[] {
  const row = ROOMS.get(file.room);
  if (row === undefined && file.room !== 'index') {
    return [
      {
        file: file.path,
        line: 1,
        rule: 'unknown-room',
        message: `\`${file.room}\` has no row in the import table`,
      },
    ];
  }
  return readImports(file).flatMap(each =>
    findingsOf(file, each).map(([rule, message]) => ({ file: file.path, line: each.line, rule, message })),
  );
}

function findingsOf(file: SourceFile, each: ModuleImport): Finding[] {
  const { specifier } = each;
  if (specifier === undefined && FOREIGN_LOADERS.has(file.path)) return [];
  if (specifier === undefined)
    return [['dynamic-import', 'the name of what is imported must be written out']];
  return [
    ...lazyFindings(file, each, specifier),
    ...(specifier.startsWith('.')
      ? relativeFindings(file, specifier)
      : specifier.startsWith('node:')
        ? worldFindings(file, specifier)
        : packageFindings(file, specifier)),
  ];
}

function lazyFindings(file: SourceFile, { kind }: ModuleImport, specifier: string): Finding[] {
  if (kind !== 'dynamic' || LAZY_FILES.has(file.path)) return [];
  const adapter = ['tools', 'stores', 'embedders'].includes(file.room);
  if (adapter && OPTIONAL_PACKAGES.has(packageOf(specifier))) return [];
  return [
    [
      'dynamic-import',
      `\`${specifier}\` is imported lazily; only ${[...LAZY_FILES].join(', ')} may, and optional packages in tools, stores and embedders`,
    ],
  ];
}

function relativeFindings(file: SourceFile, specifier: string): Finding[] {
  const target = posix.join(posix.dirname(file.path), specifier);
  const findings: Finding[] = [];
  if (!/\.(tsx?|json|generated\.js)$/.test(specifier)) {
    findings.push(['import-extension', `\`${specifier}\` must end in \`.ts\``]);
  }
  if (!target.startsWith('src/')) return [...findings, ['import-table', `\`${specifier}\` leaves src/`]];
  const room = roomOf(target);
  const row = ROOMS.get(file.room);
  if (room === file.room || row === undefined || row.may === 'all') return findings;
  if (row.may.includes(room)) return findings;
  const allowed = row.may.length === 0 ? 'nothing' : row.may.join(', ');
  return [...findings, ['import-table', `${file.room} may import ${allowed}, not ${room}: ${row.reason}`]];
}

function worldFindings(file: SourceFile, specifier: string): Finding[] {
  const outside = ROOMS.get(file.room)?.inside !== true && file.room !== 'reporters';
  return outside ? [] : [['world-inside', `${file.room} may not touch the world, found \`${specifier}\``]];
}

function packageFindings(file: SourceFile, specifier: string): Finding[] {
  const name = packageOf(specifier);
  const doors = DOORS.get(name);
  if (doors === undefined)
    return [['unknown-package', `\`${name}\` has no door; add a row to the table or do without it`]];
  if (doors.includes(file.room)) return [];
  return [['package-door', `\`${name}\` may be imported in ${doors.join(', ')}, not in ${file.room}`]];
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The room of a path below `src/`; `index` for files that stand in no room. */
export function roomOf(path: string): string {
  const [, room = '', ...rest] = path.split('/');
  return rest.length === 0 ? 'index' : room;
}
