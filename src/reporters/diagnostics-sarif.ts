import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import type { JsonObject } from '../model/json.ts';
import { jsonText } from './json-text.ts';
import { artifactLocation, sarifMessage } from './sarif-parts.ts';

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const satisfies Record<
  Severity,
  string
>;

/** What a log says besides the diagnostics: the product's version, and the meaning of a code where it is known. */
interface SarifOptions {
  readonly version: string;
  readonly meaningOf: (code: string) => string | undefined;
}

/**
 * Diagnostics as a SARIF 2.1.0 log with one run, in the order given, one rule for each code. Lines and columns count
 * from 1, in UTF-16 units. Paths are percent-encoded and relative to `%SRCROOT%`. Ends in a newline. Pure.
 * Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS Standard.
 */
export function formatDiagnosticsSarif(
  diagnostics: readonly Diagnostic[],
  { version, meaningOf }: SarifOptions,
): string {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const rules = codes.map(code => ({
    id: code,
    shortDescription: sarifMessage(meaningOf(code) ?? code),
    help: { text: `crew explain ${code}` },
  }));
  const log: JsonObject = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'crewfile', version, rules } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map(diagnostic => sarifResult(diagnostic, codes)),
      },
    ],
  };
  return `${jsonText(log, 2)}\n`;
}

function sarifResult(
  { code, severity, range, message, hint }: Diagnostic,
  codes: readonly string[],
): JsonObject {
  const { start, end } = range;
  const region = {
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[severity],
    message: sarifMessage(hint === undefined ? message : `${message}\n${hint}`),
    locations: [{ physicalLocation: { artifactLocation: artifactLocation(range.file), region } }],
  };
}
