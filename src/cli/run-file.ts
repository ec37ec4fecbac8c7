import { CrewError } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { PROGRAM_FORMAT, type Program } from '../model/program.ts';
import { createRedactor } from '../policy/redact.ts';
import type { RecordedRun } from '../ports/engine.ts';
import { secretsOf } from './fact-redactor.ts';
import { FACT_SCHEMAS } from './fact-schema.ts';
import { loadCompiler, loadValidation } from './wire.ts';

/** The layout of run files that this version writes and reads. */
const RUN_FILE_VERSION = 1;

/**
 * The text of a run file, which is also a cassette: JSON lines, first the program by value, then one line for each fact.
 * Secrets of the environment, and what is known to look like one, are scrubbed out of all of it.
 */
export async function writeRunFile(
  run: RecordedRun,
  env: { readonly [name: string]: string | undefined },
): Promise<string> {
  const redact = createRedactor(secretsOf(run.program, env));
  const scrubbed = redact(run.program as unknown as JsonObject) as unknown as Program;
  const header = {
    crewfile: 'run',
    version: RUN_FILE_VERSION,
    runId: run.runId,
    facts: run.facts.length,
    program: await withHashes(scrubbed),
  };
  const facts = run.facts.map(fact => redact(fact as unknown as JsonObject));
  return [header, ...facts].map(line => `${JSON.stringify(line)}\n`).join('');
}

/** A program has the hash of what it is now. */
async function withHashes(program: Program): Promise<Program> {
  const { hashProgram } = await loadCompiler();
  if (program.crews === undefined) return { ...program, hash: hashProgram(program) };
  const rows = Object.entries(program.crews).map(
    async ([path, inner]) => [path, await withHashes(inner)] as const,
  );
  const parts = { ...program, crews: Object.fromEntries(await Promise.all(rows)) };
  return { ...parts, hash: hashProgram(parts) };
}

/**
 * Reads the text of a run file, line by line; `path` is for messages. Fails with RUN_FILE_INVALID and the line that is
 * wrong: no run file, another version, a program without its hash, a fact that is none, or lines that are missing.
 */
export async function readRunFile(path: string, text: string): Promise<RecordedRun> {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  while (lines.at(-1)?.trim() === '') lines.pop();
  const parsed = lines.map((line, index) => readLine(line, { path, number: index + 1 }));
  const [header, ...facts] = parsed;
  const { runId, program, count } = await readHeader(header, path);
  await checkFacts(facts, path);
  if (facts.length !== count) {
    throw invalid(path, lines.length, `expected ${count} facts, found ${facts.length}; the file was cut off`);
  }
  return { runId, program, facts: facts as unknown as readonly Fact[] };
}

function readLine(line: string, place: { readonly path: string; readonly number: number }): JsonObject {
  const { path, number } = place;
  let value: JsonValue;
  try {
    value = JSON.parse(line) as JsonValue;
  } catch (error) {
    throw invalid(path, number, `expected one JSON object a line: ${(error as Error).message}`);
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
  throw invalid(path, number, 'expected a JSON object');
}

async function readHeader(header: JsonObject | undefined, path: string) {
  if (header?.crewfile !== 'run') {
    throw invalid(path, 1, 'expected `{"crewfile":"run",…`, as `crew export` and `--record` write it');
  }
  const { version, runId, facts: count, program } = header;
  if (version !== RUN_FILE_VERSION) {
    throw invalid(path, 1, `expected version ${RUN_FILE_VERSION}, found ${JSON.stringify(version)}`);
  }
  if (typeof runId !== 'string' || typeof count !== 'number') {
    throw invalid(path, 1, 'expected `runId`, a text, and `facts`, the number of facts');
  }
  return { runId, count, program: await readProgram(program, path) };
}

async function readProgram(value: JsonValue | undefined, path: string): Promise<Program> {
  if (value === null || typeof value !== 'object' || !('format' in value)) {
    throw invalid(path, 1, 'expected a compiled program in `program`');
  }
  const program = value as unknown as Program;
  if (program.format !== PROGRAM_FORMAT) {
    const found = JSON.stringify(program.format);
    throw invalid(path, 1, `the program has format ${found}, this version runs format ${PROGRAM_FORMAT}`);
  }
  const { hashProgram } = await loadCompiler();
  if (hashProgram(program) === program.hash) return program;
  throw invalid(path, 1, 'the program does not have its hash any more; it was changed by hand');
}

async function checkFacts(facts: readonly JsonObject[], path: string): Promise<void> {
  const { validateValue, describeProblems } = await loadValidation();
  for (const [index, fact] of facts.entries()) {
    const line = index + 2;
    const schema = FACT_SCHEMAS.get(String(fact.type));
    if (schema === undefined) {
      throw invalid(path, line, `there is no fact of the type ${JSON.stringify(fact.type ?? null)}`);
    }
    const problems = validateValue(schema, fact);
    if (problems.length > 0) throw invalid(path, line, describeProblems(problems, 3));
    if ((fact.type === 'run.started') !== (index === 0)) {
      throw invalid(path, line, 'the first fact, and only it, is `run.started`');
    }
  }
  if (facts.length === 0) throw invalid(path, 2, 'expected facts, the first one `run.started`');
}

function invalid(path: string, line: number, problem: string): CrewError {
  return new CrewError('RUN_FILE_INVALID', `\`${path}\` line ${line}: ${problem}`);
}
