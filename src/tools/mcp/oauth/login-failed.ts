import { CrewError } from '../../../model/crew-error.ts';

/** A login that was broken off because somebody did not keep a rule; `why` names the rule and never a secret. */
export function loginFailed(server: string, why: string): CrewError {
  return new CrewError('MCP_LOGIN_FAILED', `Cannot log in to \`${server}\`: ${why}`);
}

/** An error code of an authorization server, if it is one that can be shown; its descriptions may repeat secrets. Pure. */
export function shownErrorCode(code: unknown): string {
  return typeof code === 'string' && /^[a-z][a-z0-9_.-]{0,63}$/i.test(code) ? `\`${code}\`` : 'an error';
}
