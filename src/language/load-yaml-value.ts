import type { Diagnostic } from '../model/diagnostic.ts';
import type { JsonValue } from '../model/json.ts';
import { parseSource } from './parse.ts';
import { createReport } from './report.ts';
import { toJson } from './source-node.ts';

/** Reads a YAML or JSON text as plain JSON under the limits of crew files. `value` is absent when it is not valid. Pure. */
export function loadYamlValue(
  path: string,
  text: string,
): { readonly value?: JsonValue; readonly diagnostics: readonly Diagnostic[] } {
  const { report, diagnostics, failed } = createReport();
  const { root } = parseSource(path, text, report);
  return { diagnostics, ...(root === undefined || failed() ? {} : { value: toJson(root) }) };
}
