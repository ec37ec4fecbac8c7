import { killMarked } from '../kill-marked.ts';
import { CHECKOUT_VARIABLE } from './command-environment.ts';

/**
 * Kills the processes that a command of this checkout left behind outside its process group. They are known by the
 * variable that all of them inherit, so only Linux has this.
 */
export async function killStrays(checkout: string): Promise<void> {
  await killMarked(`${CHECKOUT_VARIABLE}=${checkout}`);
}
