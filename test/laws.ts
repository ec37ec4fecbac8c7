import fc from 'fast-check';

/**
 * fast-check with one fixed seed, so that the tests say the same of the same source on every machine.
 * `LAWS_SEED=random` looks for new counterexamples; `LAWS_SEED=<number>` repeats a search.
 */
const wanted = process.env.LAWS_SEED ?? '20260729';
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });

export { fc };
