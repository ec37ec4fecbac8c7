/** What stands behind the providers that are no language model, in words for people. */
const NOT_A_LANGUAGE_MODEL = new Map([
  ['offline', 'a rule-driven responder, not a language model'],
  ['script', 'replies written in a file, not a language model'],
  ['replay', 'recorded replies, no language model is called'],
]);

/** The provider in `provider:name`. Pure. */
function providerOf(use: string): string {
  return use.split(':', 1)[0] ?? use;
}

/** Says what a resolved model is when it is not a language model, else undefined. `use` is `provider:name`. Pure. */
export function notALanguageModel(use: string): string | undefined {
  return NOT_A_LANGUAGE_MODEL.get(providerOf(use));
}

/** The name by which a model is spoken of: `openai:gpt-5-mini`, or `offline (not a language model)`. Pure. */
export function modelName(use: string): string {
  return notALanguageModel(use) === undefined ? use : `${providerOf(use)} (not a language model)`;
}

/** The providers of models that are all no language models, such as `offline`; undefined when one is. Pure. */
export function onlyResponders(uses: readonly string[]): string | undefined {
  if (uses.length === 0 || uses.some(use => notALanguageModel(use) === undefined)) return undefined;
  return [...new Set(uses.map(providerOf))].join(', ');
}
