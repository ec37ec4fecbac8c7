import { userInfo } from 'node:os';

/** Who answers, as the system knows them. */
export function personName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
