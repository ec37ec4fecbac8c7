import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { LoadedCrew } from '../language/load-crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Program } from '../model/program.ts';
import type { FlagValues, Terminal } from './command.ts';
import { type ContentRow, namedPrograms } from './crew-content.ts';
import { programStarts } from './program-starts.ts';
import { askYes, rememberStarts } from './require-trust.ts';
import { addStarts, mayStart } from './trust-store.ts';
import { trustText } from './trust-text.ts';

/** A recorded run that is to go on. */
interface TrustedRunCall {
  readonly runId: string;
  readonly program: Program;
  readonly workspace: string;
  /** What the person would type with `--trust` behind it, such as `crew resume RUN`. */
  readonly command: string;
  readonly values: FlagValues;
  readonly terminal: Terminal;
}

/**
 * Lets a recorded run go on that starts nothing, or nothing but what this person let start together: by trusting its crew
 * file, or with `--trust`. A journal may come from anybody, so of another run all is shown at a terminal, and the person is
 * asked. Fails with CREW_UNTRUSTED.
 */
export async function requireTrustedRun(call: TrustedRunCall): Promise<void> {
  const { runId, program, workspace, command, values, terminal } = call;
  const starts = programStarts(program, workspace);
  if (starts.length === 0) return;
  const row = { file: `run ${runId}`, starts };
  if (values.trust === true) return mayStart(terminal, starts) ? undefined : rememberStarts(terminal, row);
  if (mayStart(terminal, starts)) return;
  const why = `run \`${runId}\` would start servers or run code that you have not trusted`;
  const refused = (): CrewError =>
    new CrewError('CREW_UNTRUSTED', `${why}: \`${command} --trust\` once you have looked at it`);
  if (!terminal.interactive || values['no-input'] === true) {
    throw refused();
  }
  terminal.stderr(`${why}. This is all of it:\n\n${textOf(call)}\n\n`);
  if (!(await askYes(terminal, 'Trust it as it is now? Type yes or no: '))) throw refused();
  addStarts(terminal, row);
}

/** All that the program of a run starts and runs, as for a crew file. */
function textOf({ runId, program, workspace, terminal }: TrustedRunCall): string {
  const file = `run ${runId}`;
  const toolsets = [...placed(program, file)];
  const rows = toolsets.flatMap(({ source }): readonly ContentRow[] => {
    if (source.kind === 'module') return [{ path: source.path, sha256: source.sha256 }];
    if (source.kind !== 'mcp') return [];
    return namedPrograms(source.server, workspace).map(path => ({
      path: relative(workspace, path),
      sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
    }));
  });
  const { crew, crews = {}, roles, memory } = program;
  return trustText(
    { toolsets, crew: { crew, crews, roles, memory } },
    { file, rows, workspace, columns: terminal.columns },
  );
}

function* placed(program: Program, file: string): Iterable<LoadedCrew['toolsets'][number]> {
  for (const [name, behind] of Object.entries(program.toolsets)) {
    const tools = program.tools.filter(spec => spec.name.startsWith(`${name}.`));
    if (typeof behind === 'string') yield { name, file, source: { kind: 'builtin', name: behind } };
    else if ('builtin' in behind) {
      yield { name, file, source: { kind: 'builtin', name: behind.builtin, sandbox: behind.sandbox } };
    } else if ('mcp' in behind) {
      yield { name, file, source: { kind: 'mcp', server: behind.mcp, identity: behind.identity, tools } };
    } else {
      const { module: path, sha256 } = behind;
      yield { name, file, source: { kind: 'module', path, sha256, tools } };
    }
  }
  for (const [path, inner] of Object.entries(program.crews ?? {})) yield* placed(inner, path);
}
