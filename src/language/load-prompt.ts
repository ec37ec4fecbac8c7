import { checkTemplate } from '../expressions/template-check.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { promptNameOf } from '../model/prompt-file.ts';
import type { IncludeReader } from './includes.ts';
import { inlinePartials } from './inline-partials.ts';
import type { LoadOptions } from './load-crew.ts';
import { createPromptShelf } from './prompt-shelf.ts';
import { asScalar } from './prompt-text.ts';
import { refuseStrangers } from './refuse-strangers.ts';
import { createReport, sortDiagnostics } from './report.ts';
import { rangeOf, sourceFileOf } from './source-file.ts';
import { reportTemplateProblems } from './template-problems.ts';

/** What is wrong with a prompt file, and the texts that were read, by path. */
interface LoadedPrompt {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Checks a prompt file alone, with the partials that it puts in: all that does not depend on where it is used. A path that is
 * not that of a prompt file has nothing wrong. Never throws; deterministic.
 */
export function loadPrompt({
  path,
  readSource,
  listFolder,
}: Pick<LoadOptions, 'path' | 'readSource' | 'listFolder'>): LoadedPrompt {
  const sources = new Map<string, string>();
  const { report, diagnostics } = createReport();
  const reader: IncludeReader = { readSource, sources, report, ...(listFolder ? { listFolder } : {}) };
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
  const shelf = createPromptShelf(folder, reader);
  const name = promptNameOf(path);
  const read = name && shelf.find(name, rangeOf(sourceFileOf(path, ''), 0, 0));
  if (read !== undefined) {
    const inlined = inlinePartials(read, { shelf, report });
    const check = checkTemplate(inlined.text, 'text');
    reportTemplateProblems({ node: asScalar(inlined, read.body), check }, report);
    const names = read.prompt.head.input?.map(input => input.name);
    if (names !== undefined) refuseStrangers(read, inlined, { names, fixed: false, report });
  }
  return { diagnostics: sortDiagnostics(diagnostics, [...sources.keys()]), sources };
}
