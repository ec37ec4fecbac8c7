/** What a `config.yaml` may set, by dotted key. */
export interface ConfigValues {
  /** Models as `auto`, `offline` or `provider:name`; at least one, none twice. */
  readonly 'parallel_processing.models'?: readonly string[];
  readonly 'parallel_processing.summarizer.model'?: string;
  /** A Liquid template over `question` and `answers`. */
  readonly 'parallel_processing.summarizer.prompt'?: string;
  readonly 'parallel_processing.ui.show_summary'?: boolean;
  /** The most tokens of one answer of a model, where its crew file says nothing else. */
  readonly 'answers.max_tokens'?: number;
  readonly 'reformulation.enabled'?: boolean;
  /** `auto`, `offline` or `provider:name`. */
  readonly 'reformulation.model'?: string;
  /** A Liquid template over `request`, `purpose`, `inputs`, `previous` and `remark`. */
  readonly 'reformulation.prompt'?: string;
  readonly 'reformulation.custom_prompt_path'?: string;
  readonly 'memory.enabled'?: boolean;
  /** A folder relative to the workspace, or a place such as `s3://…`. */
  readonly 'memory.store'?: string;
  /** `none`, `static`, `use`, `openai:NAME`, `ollama:NAME` or `llama:PATH`. */
  readonly 'memory.embedder'?: string;
}

export type ConfigKey = keyof ConfigValues;

/** Every setting: how its value is written on a command line, and what counts where no file sets it. */
export const CONFIG_SETTINGS = {
  'parallel_processing.models': { written: 'list', otherwise: 'what `auto` stands for' },
  'parallel_processing.summarizer.model': { written: 'text', otherwise: 'the first of the models' },
  'parallel_processing.summarizer.prompt': { written: 'text', otherwise: 'the prompt of `crew ask`' },
  'parallel_processing.ui.show_summary': { written: 'switch', otherwise: 'true' },
  'answers.max_tokens': { written: 'count', otherwise: 'what suits its provider' },
  'reformulation.enabled': { written: 'switch', otherwise: 'false' },
  'reformulation.model': { written: 'text', otherwise: 'what `--model` or `auto` stands for' },
  'reformulation.prompt': { written: 'text', otherwise: 'the prompt of `--reformulate`' },
  'reformulation.custom_prompt_path': { written: 'text', otherwise: 'no file' },
  'memory.enabled': { written: 'switch', otherwise: 'true' },
  'memory.store': { written: 'text', otherwise: '.crew/memory' },
  'memory.embedder': { written: 'text', otherwise: 'static' },
} as const satisfies Record<
  ConfigKey,
  { readonly written: 'text' | 'list' | 'switch' | 'count'; readonly otherwise: string }
>;

/** The values of one file or variable; `origin` is its path, or its name, as people know it. */
export interface ConfigLayer {
  readonly origin: string;
  /** It is a variable of the environment, which goes over all files. */
  readonly isVariable?: true;
  readonly values: ConfigValues;
}

/** A value with the layer that it came from. */
export interface Setting<Key extends ConfigKey> {
  readonly value: NonNullable<ConfigValues[Key]>;
  readonly origin: string;
  readonly isVariable?: true;
}

/** The value of a key in the first layer that has it; undefined when none has. Pure. */
export function settingOf<Key extends ConfigKey>(
  layers: readonly ConfigLayer[],
  key: Key,
): Setting<Key> | undefined {
  for (const { origin, values, isVariable } of layers) {
    const value = values[key];
    if (value !== undefined) return { value, origin, ...(isVariable ? { isVariable } : {}) };
  }
  return undefined;
}
