/** Object first, message second, as pino and most others take it. Never bodies, never credentials. */
export interface Logger {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** What the app's logger throws must not reach a request. */
export function containLogger(logger: Logger): Logger {
  const contained = (level: 'warn' | 'error') => (details: object, message: string) => {
    try {
      logger[level](details, message);
    } catch {
      // There is nowhere left to tell.
    }
  };
  return { warn: contained('warn'), error: contained('error') };
}

/** Rare by design: what is logged here needs an operator's eye. */
export const consoleLogger: Logger = {
  warn: (details, message) => console.warn(`causeway: ${message}`, details),
  error: (details, message) => console.error(`causeway: ${message}`, details),
};
