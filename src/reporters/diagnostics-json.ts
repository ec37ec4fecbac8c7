import type { Diagnostic } from '../model/diagnostic.ts';

/**
 * Renders diagnostics as one JSON document, `{ "version": 1, "diagnostics": [ { code, severity, range, message,
 * hint? } ] }`, in the order given. Lines and columns count from 1. Pure.
 */
export function formatDiagnosticsJson(diagnostics: readonly Diagnostic[]): string {
  return `${JSON.stringify({ version: 1, diagnostics }, null, 2)}\n`;
}
