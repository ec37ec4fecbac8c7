import type { JsonObject } from '../../model/json.ts';
import { logArguments, splitLog } from './log-fields.ts';
import type { Repository } from './repository.ts';
import { repositoryPaths } from './repository-paths.ts';
import { gitText } from './run-git.ts';

/** A commit as tools show it. `date` is the author date, ISO 8601 with its offset. */
export interface CommitEntry extends JsonObject {
  readonly id: string;
  readonly author: string;
  readonly date: string;
  readonly subject: string;
}

const MAX_BODY_LENGTH = 2000;
const FIELDS = ['%H', '%an', '%aI', '%s', '%b'];

/** Lists commits, newest first, with subject and, when there is one, `body` cut to 2,000 characters. */
export async function listCommits(options: {
  readonly repository: Repository;
  /** A commit id or `id..id`. */
  readonly history: string;
  readonly paths: readonly string[];
  readonly limit: number;
}): Promise<readonly CommitEntry[]> {
  const { repository, history, limit } = options;
  const paths = repositoryPaths(repository, options.paths);
  const text = await gitText({
    workspace: repository.workspace,
    signal: repository.signal,
    args: [...logArguments(FIELDS), `--max-count=${limit}`, history, '--', ...paths],
  });
  return splitLog(text, FIELDS).map(([id = '', author = '', date = '', subject = '', body = '']) => {
    return { id, author, date, subject, ...withBody(body.trim()) };
  });
}

function withBody(body: string): { body?: string } {
  if (body === '') return {};
  return { body: body.length > MAX_BODY_LENGTH ? `${body.slice(0, MAX_BODY_LENGTH)} [cut]` : body };
}
