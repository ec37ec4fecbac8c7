/** Reads a text file by path, or says that there is none. The composition root supplies it; rooms inside never touch a disk. */
export type ReadSource = (path: string) => string | undefined;

/** Names what stands in a folder, without its path; nothing where there is no such folder. */
export type ListFolder = (path: string) => readonly string[];

/** Resolves a relative POSIX path against the file that names it. Pure; `..` above the root of a relative path is kept. */
export function resolveSourcePath(fromFile: string, relative: string): string {
  if (relative.startsWith('/')) return relative;
  const folder = fromFile.includes('/') ? fromFile.slice(0, fromFile.lastIndexOf('/')) : '';
  const segments: string[] = [];
  for (const segment of `${folder}/${relative}`.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..' && segments.length > 0 && segments.at(-1) !== '..') segments.pop();
    else segments.push(segment);
  }
  return (folder.startsWith('/') ? '/' : '') + segments.join('/');
}
