import type { Diagnostic } from '../model/diagnostic.ts';
import { promptNameOf, type UsedPrompt } from '../model/prompt-file.ts';
import { checkReformulationPrompt } from './check-config-prompt.ts';
import { inlinePartials } from './inline-partials.ts';
import type { LoadOptions } from './load-crew.ts';
import { createPromptShelf } from './prompt-shelf.ts';
import { asScalar } from './prompt-text.ts';
import { readPromptFile } from './read-prompt-file.ts';
import { createReport, sortDiagnostics } from './report.ts';
import { rangeOf, sourceFileOf } from './source-file.ts';

/** A template that says requests again. */
interface LoadedReformulationPrompt {
  /** Partials put in. */
  readonly template: string;
  readonly diagnostics: readonly Diagnostic[];
  /** The texts that were read, by path. */
  readonly sources: ReadonlyMap<string, string>;
  /** Which prompt it is, in which version; absent where the file is not named like a prompt file. */
  readonly used?: Omit<UsedPrompt, 'at'>;
}

/**
 * Reads a file that `reformulation.custom_prompt_path` names: the template of a prompt file, with or without front matter. One
 * that is named like a prompt file has a version, and puts in the partials of its folder. Never throws; what is wrong is in
 * `diagnostics`, by line and column. Deterministic.
 */
export function loadReformulationPrompt({
  path,
  text,
  readSource,
  listFolder,
}: Pick<LoadOptions, 'path' | 'readSource' | 'listFolder'> & {
  readonly text: string;
}): LoadedReformulationPrompt {
  const sources = new Map([[path, text]]);
  const { report, diagnostics } = createReport();
  const sorted = () => sortDiagnostics(diagnostics, [...sources.keys()]);
  const name = promptNameOf(path);
  if (name === undefined || name.partial) {
    const { prompt, body, diagnostics: found } = readPromptFile(path, text);
    checkReformulationPrompt(body, report);
    return {
      template: prompt.body,
      diagnostics: sortDiagnostics([...found, ...diagnostics], [path]),
      sources,
    };
  }
  const reader = { readSource, sources, report, ...(listFolder ? { listFolder } : {}) };
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
  const shelf = createPromptShelf(folder, reader);
  const read = shelf.find(name, rangeOf(sourceFileOf(path, text), 0, 0));
  if (read === undefined) return { template: '', diagnostics: sorted(), sources };
  const inlined = inlinePartials(read, { shelf, report });
  if (!inlined.broken) checkReformulationPrompt(asScalar(inlined, read.body), report);
  const output = shelf.outputOf(read);
  const { variant } = name;
  const used = {
    name: name.name,
    ...(variant === undefined ? {} : { variant }),
    hash: shelf.hashOf(read),
    ...(output === undefined ? {} : { output }),
    file: read.prompt.path,
  };
  return { template: inlined.text, diagnostics: sorted(), sources, used };
}
