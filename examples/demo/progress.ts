import type { WriteStream } from 'node:tty';
import { formatCount } from './summary.ts';
import type { Tally } from './tally.ts';

const ON_TERMINAL_EVERY_MS = 200;
/** A log shall tell that the demo is alive, and not be flooded. */
const LINES_IN_LOG = 3;
/** Where the terminal does not know. */
const COLUMNS = 80;
const RETURN_AND_CLEAR_LINE = '\r\u001b[2K';

/** Shows how far the traffic is: in place on a terminal, else a plain line now and then. Returns what ends it. */
export function showProgress(tally: Tally, seconds: number, output: WriteStream): () => void {
  const startedAt = performance.now();
  const line = (): string => progressLine(tally, (performance.now() - startedAt) / 1_000, seconds);
  const inPlace = (): void => {
    // A line that wraps could not be overwritten. Some terminals say that they have no columns.
    output.write(RETURN_AND_CLEAR_LINE + line().slice(0, (output.columns || COLUMNS) - 1));
  };
  let logged = 0;
  const inLog = (): void => {
    logged += 1;
    // The last line is printed at the end.
    if (logged < LINES_IN_LOG) output.write(`${line()}\n`);
  };
  const timer = output.isTTY
    ? setInterval(inPlace, ON_TERMINAL_EVERY_MS)
    : setInterval(inLog, (seconds * 1_000) / LINES_IN_LOG);
  return () => {
    clearInterval(timer);
    output.write(`${output.isTTY ? RETURN_AND_CLEAR_LINE : ''}${line()}\n`);
  };
}

function progressLine(tally: Tally, elapsed: number, seconds: number): string {
  const succeeded = tally.count(({ kind }) => kind === 'succeeded');
  const rescued = tally.count((outcome) => outcome.kind === 'succeeded' && outcome.rescued);
  const failed = tally.count() - succeeded;
  return [
    `${Math.round(elapsed)} of ${seconds} s`,
    `${formatCount(succeeded)} succeeded (${formatCount(rescued)} rescued)`,
    `${formatCount(failed)} failed`,
  ].join('   ');
}
