import { type Challenge, readChallenge } from './challenge.ts';

/** A greeting without a token. Servers refuse it before they look at what is asked, whichever revision they speak. */
const GREETING = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'crewfile', version: '1' } },
};

/**
 * Greets a server, with a token if one is given, and returns what it says of who may talk to it; undefined when it lets the
 * greeting in. Fails as the fetch does.
 */
export async function askForChallenge(
  fetchServer: typeof fetch,
  serverUrl: string,
  accessToken?: string,
): Promise<Challenge | undefined> {
  const answer = await fetchServer(serverUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(GREETING),
  });
  await answer.body?.cancel();
  return answer.status === 401 ? readChallenge(answer.headers.get('www-authenticate')) : undefined;
}
