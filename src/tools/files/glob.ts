import { matchesGlob } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';

const MAX_LENGTH = 300;
const MAX_STARS_PER_FOLDER = 4;
const MAX_GLOBSTARS = 3;
const MAX_ALTERNATIVES = 64;

/**
 * Compiles a glob into a test for paths relative to the workspace. A pattern without a slash is tried on file names.
 * Patterns that could take very long to match (many stars, nested or many braces, extended globs) are refused with
 * TOOL_ARGUMENTS, because patterns come from models.
 */
export function compileGlob(pattern: string | undefined): (path: string) => boolean {
  if (pattern === undefined) return () => true;
  refuseCostly(pattern);
  const whole = pattern.includes('/') ? pattern.replace(/^\.?\//, '') : `**/${pattern}`;
  return path => matchesGlob(path, whole);
}

function refuseCostly(pattern: string): void {
  const folders = pattern.split('/');
  const globstars = folders.filter(folder => folder === '**').length;
  const isCostly =
    pattern.length > MAX_LENGTH ||
    globstars > MAX_GLOBSTARS ||
    folders.some(folder => folder.split('*').length - 1 > MAX_STARS_PER_FOLDER) ||
    /[@!?+*]\(/.test(pattern) ||
    alternatives(pattern) > MAX_ALTERNATIVES;
  if (isCostly) {
    throw new CrewError('TOOL_ARGUMENTS', `expected a simpler glob than \`${pattern.slice(0, MAX_LENGTH)}\``);
  }
}

/** How many patterns the braces stand for; without end when they are nested or count numbers. */
function alternatives(pattern: string): number {
  if (/\{[^}]*(?:\{|\.\.)/.test(pattern)) return Number.POSITIVE_INFINITY;
  const groups = pattern.match(/\{[^}]*\}/g) ?? [];
  return groups.reduce((product, group) => product * group.split(',').length, 1);
}
