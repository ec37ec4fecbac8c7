// Builds dist/ from src/: declarations by tsc, and the program in few files by rolldown, because a process that loads
// hundreds of small files spends most of its start on finding them.
// @see ../src/decisions/0023-the-program-is-bundled.md
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

// npx runs `prepare` of the folder it is called in, also before `npm ci`, and a failure would break its cache for good;
// the launcher tells people what to do.
const compiler = 'node_modules/typescript/bin/tsc';
if (process.argv.includes('--if-installed') && !existsSync(compiler)) process.exit(0);

const SOURCE = resolve('src');
/** Files that processes and threads start with, or that others import; all the rest goes into chunks that they share. */
const ENTRIES = [
  'cli/crew',
  'index',
  'tools/module/module-worker',
  'tools/files/regex-worker',
  'embedders/use-worker',
  'embedders/llama-process',
];
/** Packages with programs or native files of their own, and those that load parts of themselves by name. */
const APART =
  /^(node:|@ast-grep\/|@secretlint\/|oxlint|@energetic-ai\/|@lancedb\/|apache-arrow|node-llama-cpp)/;
/** A debugger of React, which Ink asks for and nobody has. */
const NOBODY_HAS = ['react-devtools-core'];

/** Writes the program and returns the paths of all modules in it. */
async function bundle() {
  const { rolldown } = await import('rolldown');
  const bundled = await rolldown({
    input: Object.fromEntries(ENTRIES.map(name => [name, `src/${name}.ts`])),
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    external: id => APART.test(id),
    transform: { define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' } },
    plugins: [keepPlaces, leaveOut],
  });
  const { output } = await bundled.write({
    dir: 'dist',
    format: 'esm',
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ debugName: 'rooms', name: roomOf, minShareCount: 2 }],
    },
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  await bundled.close();
  return output.flatMap(chunk => Object.keys(chunk.modules ?? {}));
}

/** What several commands need of a room is one chunk: each file costs a process half a millisecond. */
function roomOf(path) {
  return (
    /[/\\]src[/\\](model|ports|expressions|language|compiler|policy|prompts|runtime|engines|cli|reporters(?=[/\\][^/\\]*$))[/\\]/.exec(
      path,
    )?.[1] ?? null
  );
}

/** A file that asks where it stands is told where it would stand alone, whatever chunk it came into. */
const keepPlaces = {
  name: 'keep-places',
  transform(code, id) {
    if (!id.startsWith(SOURCE) || !code.includes('import.meta.url')) return null;
    const place = relative(SOURCE, id).replace(/\.tsx?$/, '.js');
    return code.replaceAll('import.meta.url', `__PLACE__(${JSON.stringify(place)})`);
  },
  renderChunk(code, chunk) {
    return code.replaceAll(/__PLACE__\("([^"]+)"\)/g, (_, place) => {
      const from = relative(dirname(chunk.fileName), place);
      return `new URL(${JSON.stringify(from)}, import.meta.url).href`;
    });
  },
};

const leaveOut = {
  name: 'leave-out',
  resolveId: id => (NOBODY_HAS.includes(id) ? `\0empty:${id}` : null),
  load: id => (id.startsWith('\0empty:') ? 'export default undefined;' : null),
};

/** The licence texts of the packages that are in the bundle. */
function licensesOf(paths) {
  const folders = new Set(paths.flatMap(path => packageFolder(path) ?? []));
  const texts = [...folders].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const [file] = globSync('{LICENSE,LICENCE,license,licence,License}*', { cwd: folder }).sort();
    const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
    return `${name} ${version} (${license})\n${text}`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

function packageFolder(path) {
  const parts = path.split(sep);
  const at = parts.lastIndexOf('node_modules');
  if (at === -1) return undefined;
  const names = parts[at + 1]?.startsWith('@') ? 3 : 2;
  return parts.slice(0, at + names).join(sep);
}

rmSync('dist', { recursive: true, force: true });
// Tests need the program alone; what the types are worth is checked by itself.
if (!process.argv.includes('--program-only')) {
  execFileSync(process.execPath, [compiler, '--emitDeclarationOnly'], { stdio: 'inherit' });
}
const modules = await bundle();
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licensesOf(modules));
cpSync('src', 'dist', {
  recursive: true,
  filter: path => path.endsWith('.d.ts') || !/\.(tsx?|mjs|md|generated\.js)$|\bdecisions$/.test(path),
});
chmodSync('dist/cli/crew.js', 0o755);
