import { NO_TIMEOUT_MS, type Session } from './open-session.ts';
import { mergePages, type VettedTools } from './vet-tools.ts';

const MAX_PAGES = 64;
const MAX_LIST_LENGTH = 8 * 1024 * 1024;

/**
 * All tools of a server, page by page: at most 64 pages and 8 MiB of what is kept; the rest, and a cursor that came before,
 * is a problem. Fails as the requests do.
 */
export async function listTools(session: Session, signal: AbortSignal): Promise<VettedTools> {
  const { client, gate } = session;
  if (client.getServerCapabilities()?.tools === undefined) return { tools: [], problems: [] };
  const pages: VettedTools[] = [];
  const problem = (text: string): VettedTools => mergePages([...pages, { tools: [], problems: [text] }]);
  const cursors = new Set<string>();
  let length = 0;
  let cursor: string | undefined;
  for (;;) {
    const { nextCursor } = await client.request(
      { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
      { signal, timeout: NO_TIMEOUT_MS },
    );
    const page = gate.takeTools() ?? { tools: [], problems: ['a page of its tools is no list'] };
    pages.push(page);
    length += JSON.stringify(page.tools).length;
    if (nextCursor === undefined) return mergePages(pages);
    if (cursors.has(nextCursor)) return problem('its list of tools goes round in a circle');
    if (pages.length >= MAX_PAGES)
      return problem(`its list of tools has more than ${MAX_PAGES} pages; the rest is not read`);
    if (length > MAX_LIST_LENGTH)
      return problem(`its list of tools is longer than ${MAX_LIST_LENGTH} characters; the rest is not read`);
    cursors.add(nextCursor);
    cursor = nextCursor;
  }
}
