import type { JsonValue } from '../../model/json.ts';
import { field, textOf } from './draft-finding.ts';
import type { LinterMessage } from './linter-finding.ts';

/**
 * Reads what `oxlint --format json` wrote; undefined when it is no such report. `folder` is the absolute folder that
 * absolute file names are in, or empty. Pure.
 */
export function readOxlintReport(text: string, folder: string): readonly LinterMessage[] | undefined {
  const report = parseJson(text);
  const diagnostics = field(report, 'diagnostics');
  if (!Array.isArray(diagnostics)) return undefined;
  return (diagnostics as readonly JsonValue[])
    .map(diagnostic => readDiagnostic(diagnostic, folder))
    .filter(message => message !== undefined);
}

/** A JSON text as a value, or undefined when it is none. Pure. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // The caller says which program wrote something else than its report.
    return undefined;
  }
}

/** A path below a folder, with slashes and without `./`. Pure. */
export function relativePath(path: string, folder: string): string {
  const slashes = path.replaceAll('\\', '/');
  const start = `${folder.replaceAll('\\', '/')}/`;
  const inside = folder !== '' && slashes.startsWith(start) ? slashes.slice(start.length) : slashes;
  return inside.replace(/^\.\//, '');
}

function readDiagnostic(diagnostic: JsonValue, folder: string): LinterMessage | undefined {
  const path = textOf(field(diagnostic, 'filename'));
  const message = textOf(field(diagnostic, 'message'));
  const labels = field(diagnostic, 'labels');
  const first = Array.isArray(labels) ? (labels as readonly JsonValue[])[0] : undefined;
  const line = field(field(first, 'span'), 'line');
  if (path === undefined || message === undefined || typeof line !== 'number') return undefined;
  return {
    tool: 'oxlint',
    path: relativePath(path, folder),
    range: [line, line],
    rule: textOf(field(diagnostic, 'code')),
    message,
    level: field(diagnostic, 'severity') === 'error' ? 'error' : 'warning',
  };
}
