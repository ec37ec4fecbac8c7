import { checkTemplate, type TemplatePath } from './template-check.ts';

/** Templates and conditions whose paths are kept; the oldest goes first. */
const MAX_KEPT = 512;
const kept = new Map<string, readonly TemplatePath[]>();

/**
 * The paths that a template (`text`) or a bare condition (`condition`) reads, as `checkTemplate` finds them. A run asks for
 * the same few again and again, and finding them takes longer than rendering, so they are kept. Deterministic.
 */
export function pathsRead(source: string, mode: 'text' | 'condition'): readonly TemplatePath[] {
  const key = `${mode} ${source}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const { paths } = checkTemplate(source, mode);
  const oldest = kept.keys().next();
  if (kept.size >= MAX_KEPT && !oldest.done) kept.delete(oldest.value);
  kept.set(key, paths);
  return paths;
}
