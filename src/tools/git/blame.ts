import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Tool } from '../../ports/tool.ts';
import { countArgument, optionalTextArgument, textArgument } from '../arguments.ts';
import { contentArtifact, MAX_FILE_BYTES } from '../content-artifact.ts';
import { parseBlame } from './parse-blame.ts';
import { readFileAt } from './read-files-at.ts';
import { openRepository, type Repository } from './repository.ts';
import { repositoryPath } from './repository-paths.ts';
import { requireCommit } from './resolve-range.ts';
import { gitText } from './run-git.ts';
import { GIT_BLAME } from './specs.ts';

const MAX_LINES = 500;

/** `git.blame`: who last changed each line of a file. Fails with FILE_NOT_FOUND, REVISION_UNKNOWN, TOOL_ARGUMENTS. */
export const gitBlame: Tool = {
  spec: GIT_BLAME,
  async call(args, context) {
    const { workspace, signal } = context;
    const path = textArgument(args, 'path');
    const repository = await openRepository(workspace, signal);
    const revision = await requireCommit(repository, optionalTextArgument(args, 'revision') ?? 'HEAD');
    const asked = { from: countArgument(args, 'from'), to: countArgument(args, 'to') };
    const content = await readFileAt({ workspace, revision, path, signal, maxBytes: MAX_FILE_BYTES });
    const file = contentArtifact(content, { from: asked.from, to: undefined }, `\`${path}\` at ${revision}`);
    const total = Number(file.total_lines);
    const from = asked.from ?? 1;
    const to = Math.min(asked.to ?? total, total, from + MAX_LINES - 1);
    if (asked.to !== undefined && asked.to < from) {
      throw new CrewError('TOOL_ARGUMENTS', `expected \`to\` from ${from} on, found ${asked.to}`);
    }
    const spans = total === 0 ? [] : await blameLines(repository, { revision, path, from, to });
    const truncated = to < Math.min(asked.to ?? total, total) || file.omitted !== undefined;
    const omitted = file.omitted === undefined ? {} : { omitted: file.omitted };
    return { path, revision, total_lines: total, spans, truncated, ...omitted };
  },
};

async function blameLines(
  repository: Repository,
  asked: { readonly revision: string; readonly path: string; readonly from: number; readonly to: number },
): Promise<readonly JsonObject[]> {
  const { workspace, signal } = repository;
  const path = repositoryPath(workspace, asked.path);
  const lines = `-L${asked.from},${asked.to}`;
  const args = ['blame', '--porcelain', '--no-textconv', lines, asked.revision, '--', path];
  return parseBlame(await gitText({ workspace, signal, args }));
}
