/** What should never happen to the process as a whole. */
const EVENTS = ['unhandledRejection', 'uncaughtException', 'warning'] as const;

export interface Incidents {
  readonly seen: readonly string[];
  readonly stop: () => void;
}

/** Collects them, instead of dying of them. */
export function watchIncidents(): Incidents {
  const seen: string[] = [];
  const listeners = EVENTS.map((event) => {
    const note = (error: unknown): void => {
      seen.push(`${event}: ${error instanceof Error ? error.stack : String(error)}`);
    };
    process.on(event, note);
    return () => void process.off(event, note);
  });
  return { seen, stop: () => listeners.forEach((off) => off()) };
}
