import type { Diagnostic } from '../model/diagnostic.ts';
import { checkReformulationPrompt } from './check-config-prompt.ts';
import { readPromptFile } from './read-prompt-file.ts';
import { createReport, sortDiagnostics } from './report.ts';

/**
 * Reads a file that `reformulation.custom_prompt_path` names: the template of a prompt file, with or without front matter.
 * Never throws; what is wrong is in `diagnostics`, by line and column. Pure.
 */
export function loadReformulationPrompt(
  path: string,
  text: string,
): { readonly template: string; readonly diagnostics: readonly Diagnostic[] } {
  const { prompt, body, diagnostics } = readPromptFile(path, text);
  const own = createReport();
  checkReformulationPrompt(body, own.report);
  const all = sortDiagnostics([...diagnostics, ...own.diagnostics], [path]);
  return { template: prompt.body, diagnostics: all };
}
