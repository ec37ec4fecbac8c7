import type { JsonValue } from '../../model/json.ts';
import { field, textOf } from './draft-finding.ts';
import type { LinterMessage } from './linter-finding.ts';
import { relativePath } from './oxlint-report.ts';

/** Reads what `eslint --format json` wrote; undefined when it is no such report. Pure. */
export function readEslintReport(
  report: JsonValue | undefined,
  folder: string,
): readonly LinterMessage[] | undefined {
  if (!Array.isArray(report)) return undefined;
  return (report as readonly JsonValue[]).flatMap(file => readFile(file, folder));
}

function readFile(file: JsonValue, folder: string): readonly LinterMessage[] {
  const path = textOf(field(file, 'filePath'));
  const messages = field(file, 'messages');
  if (path === undefined || !Array.isArray(messages)) return [];
  return (messages as readonly JsonValue[])
    .map(message => readMessage(message, relativePath(path, folder)))
    .filter(message => message !== undefined);
}

function readMessage(message: JsonValue, path: string): LinterMessage | undefined {
  const rule = textOf(field(message, 'ruleId'));
  const line = field(message, 'line');
  const text = textOf(field(message, 'message'));
  // Without a rule it is a parser error, or only a remark such as that the file is ignored.
  if (rule === undefined && field(message, 'fatal') !== true) return undefined;
  if (typeof line !== 'number' || text === undefined) return undefined;
  const end = field(message, 'endLine');
  return {
    tool: 'eslint',
    path,
    range: [line, typeof end === 'number' && end >= line ? end : line],
    rule,
    message: text,
    level: field(message, 'severity') === 2 ? 'error' : 'warning',
  };
}
