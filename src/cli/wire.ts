// The composition root: the only place that knows every room, and with `wire-views.ts` and `wire-memory.ts` the only place of lazy imports. Each function loads
// no more than what its callers need, so that `crew check` never loads a model, a tool or a journal.
import { join } from 'node:path';
import type { JsonSchema, JsonValue } from '../model/json.ts';
import type { Engine } from '../ports/engine.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import type { Tool } from '../ports/tool.ts';

/** What every run needs is asked for once: a library makes many runs, and an import is not free when it is made again. */
function once<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loaded: Promise<Loaded> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

/** Everything that reads and checks crew files. */
export async function loadLanguage() {
  const [{ loadCrew }, { loadSop }, { loadYamlValue }, { DIAGNOSTIC_CODES }, { BUILTIN_CATALOG }] =
    await Promise.all([
      import('../language/load-crew.ts'),
      import('../language/load-sop.ts'),
      import('../language/load-yaml-value.ts'),
      import('../language/diagnostic-codes.ts'),
      import('../tools/catalog.ts'),
    ]);
  return { loadCrew, loadSop, loadYamlValue, DIAGNOSTIC_CODES, catalog: BUILTIN_CATALOG };
}

/** Reads settings. */
export async function loadConfigReader() {
  const { loadConfig } = await import('../language/load-config.ts');
  return { loadConfig };
}

/** Reads the file of a reformulation's prompt. */
export async function loadReformulationPrompts() {
  const { loadReformulationPrompt } = await import('../language/load-reformulation-prompt.ts');
  return { loadReformulationPrompt };
}

/** Reads policies. */
export async function loadPolicyReader() {
  const [{ loadPolicies }, { hashPolicy }, { BUILTIN_CATALOG }] = await Promise.all([
    import('../language/load-policy.ts'),
    import('../policy/hash-policy.ts'),
    import('../tools/catalog.ts'),
  ]);
  return { loadPolicies, hashPolicy, catalog: BUILTIN_CATALOG };
}

/** Changes settings. */
export async function loadConfigEditor() {
  const [{ loadConfig }, { editConfig }] = await Promise.all([
    import('../language/load-config.ts'),
    import('../language/edit-config.ts'),
  ]);
  return { loadConfig, editConfig };
}

/** Crew → Program. */
export async function loadCompiler() {
  const { compileCrew, hashProgram } = await import('../compiler/compile-crew.ts');
  return { compileCrew, hashProgram };
}

/** The run loop. */
export const loadRuntime = once(async () => {
  const [{ driveRun }, { createRunControls }, { createExecutor }, { roleModelKey }, { programAt }, policy] =
    await Promise.all([
      import('../runtime/run.ts'),
      import('../runtime/run-controls.ts'),
      import('../runtime/executor.ts'),
      import('../runtime/turns/model-key.ts'),
      import('../runtime/crews/program-at.ts'),
      import('../policy/default-policy.ts'),
    ]);
  const { DEFAULT_POLICY } = policy;
  return { driveRun, createRunControls, createExecutor, roleModelKey, programAt, DEFAULT_POLICY };
});

/** What can be said to roles of a run. */
export async function loadSteering() {
  const { refuseSteer } = await import('../runtime/steering.ts');
  return { refuseSteer };
}

/** Reads recorded runs and calls nothing. */
export async function loadRunReader() {
  const [{ createFold, foldRun }, { openQuestions, questionsLeft }, { compareRuns }] = await Promise.all([
    import('../runtime/records/fold-run.ts'),
    import('../runtime/people/open-questions.ts'),
    import('../runtime/records/compare-runs.ts'),
  ]);
  return { createFold, foldRun, openQuestions, questionsLeft, compareRuns };
}

/** Reads files of tests. */
export async function loadCrewTestReader() {
  const { loadCrewTests } = await import('../language/load-crewtest.ts');
  return { loadCrewTests };
}

/** Conditions over values. */
export async function loadConditions() {
  const { evaluateCondition } = await import('../expressions/template-evaluate.ts');
  return { evaluateCondition };
}

/** Where a replay parts from its recording, for people. */
export async function loadMismatchText() {
  const { mismatchDetails, mismatchDocument, mismatchTitle } = await import('../reporters/mismatch-text.ts');
  return { mismatchDetails, mismatchDocument, mismatchTitle };
}

/** What recorded runs were and cost, and how two of them differ, for people and programs. */
export async function loadRecordReaders() {
  const [{ readRecord, questionsById }, { readDecisions }, prompts, show, prompt, diff] = await Promise.all([
    import('../runtime/records/read-record.ts'),
    import('../runtime/records/read-decisions.ts'),
    import('../runtime/records/read-prompts.ts'),
    import('../reporters/show-text.ts'),
    import('../reporters/prompt-text.ts'),
    import('../reporters/run-diff-text.ts'),
  ]);
  return { readRecord, questionsById, readDecisions, ...prompts, ...show, ...prompt, ...diff };
}

/** What the models of a recorded run read. */
export async function loadShares() {
  const [{ readShares }, { formatShares }] = await Promise.all([
    import('../runtime/records/read-shares.ts'),
    import('../reporters/shares-text.ts'),
  ]);
  return { readShares, formatShares };
}

/** A run as a page. */
export async function loadRunHtml() {
  const { formatRunHtml } = await import('../reporters/html/run-html.ts');
  return { formatRunHtml };
}

/** Reads lines that a person types. */
export async function loadLineReader() {
  const { createInterface } = await import('node:readline');
  return { createInterface };
}

/** Checks values against JSON Schemas; loads ajv. */
export const loadValidation = once(async () => {
  const { validateValue, schemaMismatches, describeProblems } = await import(
    '../expressions/validate-value.ts'
  );
  return { validateValue, schemaMismatches, describeProblems };
});

/** Diagnostics for people and programs. */
export async function loadDiagnosticReporters() {
  const [{ formatDiagnostics }, { formatDiagnosticsJson }, { formatDiagnosticsSarif }] = await Promise.all([
    import('../reporters/diagnostics-text.ts'),
    import('../reporters/diagnostics-json.ts'),
    import('../reporters/diagnostics-sarif.ts'),
  ]);
  return { formatDiagnostics, formatDiagnosticsJson, formatDiagnosticsSarif };
}

/** Runs and results for people and programs. */
export async function loadReporters() {
  const [plain, ndjson, review, isReview, gate, result, reasons, isAnswers, answers] = await Promise.all([
    import('../reporters/plain.ts'),
    import('../reporters/ndjson.ts'),
    import('../reporters/format-review.ts'),
    import('../reporters/is-review.ts'),
    import('../reporters/fails-gate.ts'),
    import('../reporters/result-text.ts'),
    import('../reporters/why-text.ts'),
    import('../reporters/is-answers.ts'),
    import('../reporters/answers-text.ts'),
  ]);
  return {
    ...plain,
    ...ndjson,
    ...review,
    ...isReview,
    ...gate,
    ...result,
    ...reasons,
    ...isAnswers,
    ...answers,
  };
}

/** The journal file of a state folder. */
export async function openEngine(stateDir: string): Promise<Engine> {
  const { createSqliteEngine } = await import('../engines/sqlite.ts');
  return createSqliteEngine(join(stateDir, 'runs.db'));
}

/** A journal that is gone with this process. */
export async function openMemoryEngine(): Promise<Engine> {
  const { createSqliteEngine } = await import('../engines/sqlite.ts');
  return createSqliteEngine(':memory:');
}

/** The built-in tools, by the name that their own toolset gives them. */
export async function loadTools(): Promise<ReadonlyMap<string, Tool>> {
  const { createBuiltinTools } = await import('../tools/builtin.ts');
  return createBuiltinTools();
}

/** The tools of modules, and what their results are held against. */
export async function loadModuleTools() {
  const [{ createModuleTools }, { validateValue, describeProblems }] = await Promise.all([
    import('../tools/module/module-tools.ts'),
    import('../expressions/validate-value.ts'),
  ]);
  return { createModuleTools, validateValue, describeProblems };
}

/** Crews as tools of an MCP server. */
export async function loadServe() {
  const [
    { createCrewServers },
    { serveHttp },
    { serveOverStdio },
    { createTokenGate },
    { createOAuthGate },
    { OPEN_GATE },
    { createFixtureServers },
  ] = await Promise.all([
    import('../serve/crew-server.ts'),
    import('../serve/serve-http.ts'),
    import('../serve/serve-stdio.ts'),
    import('../serve/token-gate.ts'),
    import('../serve/oauth-gate.ts'),
    import('../serve/gate.ts'),
    import('../serve/conformance/fixture-server.ts'),
  ]);
  return {
    createCrewServers,
    serveHttp,
    serveOverStdio,
    createTokenGate,
    createOAuthGate,
    OPEN_GATE,
    createFixtureServers,
  };
}

/** Logins to remote MCP servers; loads nothing of MCP itself. */
export async function loadMcpLogin() {
  const [authorization, store, guarded, loopback, pasted, { logOut }] = await Promise.all([
    import('../tools/mcp/oauth/create-mcp-authorization.ts'),
    import('../tools/mcp/oauth/token-store.ts'),
    import('../tools/mcp/guarded-fetch.ts'),
    import('../tools/mcp/oauth/loopback-redirect.ts'),
    import('../tools/mcp/oauth/pasted-redirect.ts'),
    import('../tools/mcp/oauth/log-out.ts'),
  ]);
  return { ...authorization, ...store, ...guarded, ...loopback, ...pasted, logOut };
}

/** The tools of MCP servers, and what their results are held against. */
export async function loadMcpTools() {
  const [{ createMcpTools }, { listMcpTools }, { foreignProblems }, { describeProblems }] = await Promise.all(
    [
      import('../tools/mcp/mcp-tools.ts'),
      import('../tools/mcp/list-mcp-tools.ts'),
      import('../expressions/foreign-problems.ts'),
      import('../expressions/validate-value.ts'),
    ],
  );
  const foreignMisfit = (schema: JsonSchema, value: JsonValue): string | undefined => {
    const problems = foreignProblems(schema, value);
    return problems.length === 0 ? undefined : describeProblems(problems, 3);
  };
  return { createMcpTools, listMcpTools, foreignMisfit };
}

/** Decides about calls. */
export async function loadConsent() {
  const [{ decideConsent }, { DEFAULT_POLICY }, { hintsOf, ownWord }] = await Promise.all([
    import('../policy/consent.ts'),
    import('../policy/default-policy.ts'),
    import('../policy/tool-hints.ts'),
  ]);
  return { decideConsent, DEFAULT_POLICY, hintsOf, ownWord };
}

/** What servers said when they were accepted. */
export async function loadMcpLock() {
  const [identity, format, lock, { lockPath }, { foreignSchemaProblem, mcpSpecs }] = await Promise.all([
    import('../language/server-identity.ts'),
    import('../language/format-lock.ts'),
    import('../language/read-lock.ts'),
    import('../language/read-mcp.ts'),
    import('../language/mcp-specs.ts'),
  ]);
  return { ...identity, ...format, ...lock, lockPath, foreignSchemaProblem, mcpSpecs };
}

/** The shell with a sandbox of its own. */
export async function loadShellTools() {
  const { createShellTools } = await import('../tools/shell/tools.ts');
  return { createShellTools };
}

/** What a provider needs from outside; absent fields are the provider's own. */
export interface ProviderSettings {
  readonly apiKey?: string;
  readonly baseUrl?: string;
  /** How many calls of this process may be under way at one server. */
  readonly maxConcurrent?: number;
  /** Reads the file behind `script:FILE`. */
  readonly readScript: (path: string) => Promise<unknown>;
}

type ProviderRow = (name: string, settings: ProviderSettings) => Promise<LanguageModel>;

function serverSettings({ readScript: _files, ...settings }: ProviderSettings) {
  return settings;
}

async function openAiModel(name: string, settings: ProviderSettings): Promise<LanguageModel> {
  const { createOpenAiModel } = await import('../providers/openai.ts');
  return createOpenAiModel({ apiKey: '', ...serverSettings(settings), name });
}

/** Speaks the wire format of OpenAI; where it is reached is in the settings. */
function serverOfThisMachine(provider: string): ProviderRow {
  return async (name, settings) => ({ ...(await openAiModel(name, settings)), id: `${provider}:${name}` });
}

/** Every provider, one row each; the key is what stands before the colon. */
export const PROVIDERS = {
  openai: openAiModel,
  ollama: serverOfThisMachine('ollama'),
  lmstudio: serverOfThisMachine('lmstudio'),
  llamacpp: serverOfThisMachine('llamacpp'),
  vllm: serverOfThisMachine('vllm'),
  anthropic: async (name, settings) => {
    const { createAnthropicModel } = await import('../providers/anthropic.ts');
    return createAnthropicModel({ apiKey: '', ...serverSettings(settings), name });
  },
  offline: async () => {
    const { createOfflineModel } = await import('../providers/offline.ts');
    return createOfflineModel();
  },
  script: async (name, { readScript }) => {
    const { createScriptModel } = await import('../providers/script.ts');
    return createScriptModel((await readScript(name)) as Parameters<typeof createScriptModel>[0], name);
  },
} as const satisfies Record<string, ProviderRow>;

/** The schema of script files. */
export async function loadScriptSchema() {
  const { SCRIPT_SCHEMA } = await import('../providers/script-schema.ts');
  return SCRIPT_SCHEMA;
}

/** The dated price table. */
export const loadPrices = once(async () => {
  const { modelPrice } = await import('../providers/prices.ts');
  return modelPrice;
});

/** The dated table of context windows. */
export const loadContextWindows = once(async () => {
  const { contextWindow } = await import('../providers/context-windows.ts');
  return contextWindow;
});

/** What a phase would be sent, and how it is shown. */
export async function loadPromptRenderer() {
  const [{ renderFirstCalls, recallsBefore }, { formatPrompt }] = await Promise.all([
    import('../runtime/render-calls.ts'),
    import('../reporters/prompt-text.ts'),
  ]);
  return { renderFirstCalls, recallsBefore, formatPrompt };
}

/** The upper bound of a run, and a walk through its phases with given artifacts. */
export async function loadPlanner() {
  const [{ planCrew }, { measurePrompt }, { simulateRun }, { formatPlan, formatWalk, excessLine }] =
    await Promise.all([
      import('../compiler/plan-crew.ts'),
      import('../runtime/measure-prompt.ts'),
      import('../runtime/simulate.ts'),
      import('../reporters/plan-text.ts'),
    ]);
  return { planCrew, measurePrompt, simulateRun, formatPlan, formatWalk, excessLine };
}
