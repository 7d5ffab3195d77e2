/** The part of autocannon, which ships no types, that the bench uses. */
declare module 'autocannon' {
  export interface Options {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    /** Seconds. */
    timeout: number;
    /** Milliseconds. */
    sampleInt: number;
    headers: Record<string, string>;
    expectBody: string;
  }

  export interface Result {
    /** Connection errors, timeouts included. */
    errors: number;
    non2xx: number;
    mismatches: number;
    requests: { total: number; sent: number };
  }

  export interface Run extends PromiseLike<Result> {
    on(
      event: 'response',
      listener: (client: unknown, statusCode: number, bytes: number, durationMs: number) => void,
    ): this;
  }

  export default function autocannon(options: Options): Run;
}
