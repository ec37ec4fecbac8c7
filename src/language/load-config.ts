import type { ConfigValues } from '../model/config.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { JsonValue } from '../model/json.ts';
import { checkReformulationPrompt, checkSummarizerPrompt } from './check-config-prompt.ts';
import { config } from './generated/file-validators.generated.js';
import { CONFIG_KEYS } from './generated/schema-keys.generated.js';
import { asObject, asText, asTexts, compact } from './lower-values.ts';
import { parseSource } from './parse.ts';
import { createReport, sortDiagnostics } from './report.ts';
import { explainProblems } from './schema-problems.ts';
import { entryOf, type NodePath, nodeAt, type SourceNode, toJson } from './source-node.ts';

/** A `config.yaml` as it was read, with all that is wrong with it. */
export interface LoadedConfig {
  /** Present exactly when no diagnostic is an error. */
  readonly values?: ConfigValues;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the text of a `config.yaml` and checks it like a crew file: its keys, its values and the template in it. A file
 * that holds nothing but comments sets nothing. Never throws; all mistakes are in `diagnostics`, by line and column. Pure.
 */
export function loadConfig(path: string, text: string): LoadedConfig {
  const { report, diagnostics, failed } = createReport();
  // A byte order mark is no part of the text that lines and columns count.
  const { root } = parseSource(path, text.replace(/^\uFEFF/, ''), finding => {
    if (finding.code !== 'empty-file') report(finding);
  });
  if (root !== undefined && !isBlank(root)) {
    const problems = config(toJson(root)) ? [] : (config.errors ?? []);
    explainProblems(problems, { root, path: [], report, keysAt });
    const summarizer = nodeAt(root, ['parallel_processing', 'summarizer', 'prompt']);
    if (summarizer !== undefined) checkSummarizerPrompt(summarizer, report);
    const reformulation = nodeAt(root, ['reformulation', 'prompt']);
    if (reformulation !== undefined) checkReformulationPrompt(reformulation, report);
  }
  const found = { diagnostics: sortDiagnostics(diagnostics, [path]) };
  return failed() ? found : { ...found, values: lowerConfig(root) };
}

/** A file of comments alone is read as null. */
function isBlank(root: SourceNode): boolean {
  return root.kind === 'scalar' && root.value === null;
}

/** The known keys that a mapping does not have yet, for suggestions. */
function keysAt(path: NodePath, node: SourceNode | undefined): readonly string[] {
  const place = path.join('.');
  const known = Object.hasOwn(CONFIG_KEYS, place) ? (CONFIG_KEYS[place] ?? []) : [];
  return known.filter(key => entryOf(node, key) === undefined);
}

function lowerConfig(root: SourceNode | undefined): ConfigValues {
  const read = (...path: readonly string[]): JsonValue | undefined => {
    const node = nodeAt(root, path);
    return node === undefined ? undefined : toJson(node);
  };
  const models = read('parallel_processing', 'models');
  const model = read('parallel_processing', 'summarizer', 'model');
  const prompt = read('parallel_processing', 'summarizer', 'prompt');
  const show = read('parallel_processing', 'ui', 'show_summary');
  const maxTokens = read('answers', 'max_tokens');
  const enabled = read('reformulation', 'enabled');
  const remembers = read('memory', 'enabled');
  return compact({
    'parallel_processing.models': models === undefined ? undefined : asTexts(models),
    'parallel_processing.summarizer.model': asText(model) || undefined,
    'parallel_processing.summarizer.prompt': asText(prompt) || undefined,
    'parallel_processing.ui.show_summary': typeof show === 'boolean' ? show : undefined,
    'answers.max_tokens': typeof maxTokens === 'number' ? maxTokens : undefined,
    'reformulation.enabled': typeof enabled === 'boolean' ? enabled : undefined,
    'reformulation.model': lowerUse(read('reformulation', 'model')),
    'reformulation.prompt': asText(read('reformulation', 'prompt')) || undefined,
    'reformulation.custom_prompt_path': asText(read('reformulation', 'custom_prompt_path')) || undefined,
    'memory.enabled': typeof remembers === 'boolean' ? remembers : undefined,
    'memory.store': asText(read('memory', 'store')) || undefined,
    'memory.embedder': asText(read('memory', 'embedder')) || undefined,
  });
}

/** A model in one text, or as its two parts. */
function lowerUse(value: JsonValue | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value || undefined;
  const { provider, model } = asObject(value);
  return `${asText(provider)}:${asText(model)}`;
}
