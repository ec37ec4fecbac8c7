import type { TemplatePath } from '../expressions/template-check.ts';
import type { SourceRange } from '../model/diagnostic.ts';
import { scalarRange } from './scalar-range.ts';
import type { TemplateSite } from './template-sites.ts';

/** Finds where a template reads a path: its first `parts` parts, pointing at the last of them. Pure. */
export function pathRange(
  site: Pick<TemplateSite, 'node' | 'source' | 'mode'>,
  path: TemplatePath,
  parts: number,
): SourceRange {
  const { node, source } = site;
  const steps = path.slice(0, parts).map(String);
  const last = steps.at(-1) ?? '';
  const before = steps.slice(0, -1).map(escapeText);
  const reading = [...before, ''].join('\\s*(?:\\.|\\[)\\s*["\']?');
  const pattern = new RegExp(`(?<![\\w.'"-])${reading}(?<last>${escapeText(last)})(?![\\w-])`, 'g');
  for (const match of source.matchAll(pattern)) {
    const offset = match.index + match[0].length - last.length;
    if (site.mode === 'condition' || insideLiquid(source, offset))
      return scalarRange(node, offset, last.length);
  }
  return scalarRange(node, 0, source.split('\n')[0]?.length ?? 1);
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function insideLiquid(source: string, offset: number): boolean {
  const opened = Math.max(source.lastIndexOf('{{', offset), source.lastIndexOf('{%', offset));
  const closed = Math.max(source.lastIndexOf('}}', offset), source.lastIndexOf('%}', offset));
  return opened > closed;
}
