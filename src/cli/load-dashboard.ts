/**
 * What draws; loads Ink and React, so nobody but a terminal asks for it. Undefined where the sources run as they are,
 * because Node reads no .tsx.
 */
export async function loadDashboard() {
  try {
    const { openDashboard } = await import('../tui/open-dashboard.tsx');
    return { openDashboard };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_UNKNOWN_FILE_EXTENSION') return undefined;
    throw error;
  }
}
