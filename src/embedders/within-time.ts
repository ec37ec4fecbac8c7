import { CrewError } from '../model/crew-error.ts';

/** Lets `act` go on for so long at most, by its signal. Fails with PROVIDER_TIMEOUT, naming `what`; with the reason of `signal` when that aborts. */
export async function withinTime<Answer>(
  {
    what,
    limitMs,
    signal,
  }: { readonly what: string; readonly limitMs: number; readonly signal?: AbortSignal | undefined },
  act: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const late = AbortSignal.timeout(limitMs);
  try {
    return await act(signal === undefined ? late : AbortSignal.any([signal, late]));
  } catch (error) {
    signal?.throwIfAborted();
    if (!late.aborted) throw error;
    throw new CrewError(
      'PROVIDER_TIMEOUT',
      `\`${what}\`: expected vectors within ${limitMs / 1000} s, found no answer`,
    );
  }
}
