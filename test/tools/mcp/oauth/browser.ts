import type { LoginPerson } from '../../../../src/tools/mcp/oauth/login-settings.ts';

/** A browser that follows redirects with its cookies, until one leads to an address that begins as given. */
export async function browse(url: string, until: string): Promise<string> {
  const jar = new Map<string, string>();
  let at = url;
  for (let steps = 0; steps < 20; steps += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      jar.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null)
      throw new Error(`the browser ended at ${at}: ${answer.status} ${await answer.text()}`);
    at = new URL(location, at).href;
    if (at.startsWith(until)) return at;
  }
  throw new Error('the browser was sent around in circles');
}

/** A person who says yes in that browser; `change` may alter the answer on its way back. */
export function willingPerson(
  change: (returned: URLSearchParams) => void = () => undefined,
): LoginPerson & { readonly asked: string[] } {
  const asked: string[] = [];
  const redirectUri = 'http://127.0.0.1:45678/callback';
  return {
    asked,
    open: async () => ({
      redirectUri,
      authorize: async url => {
        asked.push(url);
        const { searchParams } = new URL(await browse(url, redirectUri));
        change(searchParams);
        return searchParams;
      },
      close: async () => undefined,
    }),
  };
}
