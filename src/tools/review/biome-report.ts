import type { JsonValue } from '../../model/json.ts';
import { field, textOf } from './draft-finding.ts';
import type { LinterMessage } from './linter-finding.ts';
import { relativePath } from './oxlint-report.ts';

/** Reads what `biome lint --reporter=json` wrote; undefined when it is no such report. Pure. */
export function readBiomeReport(
  report: JsonValue | undefined,
  folder: string,
): readonly LinterMessage[] | undefined {
  const diagnostics = field(report, 'diagnostics');
  if (!Array.isArray(diagnostics)) return undefined;
  return (diagnostics as readonly JsonValue[])
    .map(diagnostic => readDiagnostic(diagnostic, folder))
    .filter(message => message !== undefined);
}

function readDiagnostic(diagnostic: JsonValue, folder: string): LinterMessage | undefined {
  const location = field(diagnostic, 'location');
  const path = textOf(field(location, 'path'));
  const start = field(field(location, 'start'), 'line');
  const end = field(field(location, 'end'), 'line');
  const message = textOf(field(diagnostic, 'message'));
  const category = textOf(field(diagnostic, 'category'));
  const severity = field(diagnostic, 'severity');
  if (path === undefined || message === undefined || typeof start !== 'number' || start < 1) return undefined;
  if (severity !== 'error' && severity !== 'warning') return undefined;
  return {
    tool: 'biome',
    path: relativePath(path, folder),
    range: [start, typeof end === 'number' && end >= start ? end : start],
    rule: category === 'parse' ? undefined : category,
    message,
    level: severity,
  };
}
