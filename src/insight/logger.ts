/** Object first, message second, as pino and most others take it. Never bodies, never credentials. */
export interface Logger {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Rare by design: what is logged here needs an operator's eye. */
export const consoleLogger: Logger = {
  warn: (details, message) => console.warn(`causeway: ${message}`, details),
  error: (details, message) => console.error(`causeway: ${message}`, details),
};
