/** Something that the person at the terminal can put right: told in one line, without a stack. */
export class UsageError extends Error {}

/** Runs a program to its end, which decides the exit code. */
export async function run(main: () => Promise<number>): Promise<void> {
  process.stdout.on('error', stopWithoutReader);
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof UsageError ? error.message : error);
    process.exitCode = 1;
  }
}

/**
 * Aborted on Ctrl-C or SIGTERM. Repetitions are ignored: npm passes a signal on that its child got from the
 * terminal already.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  process.on('SIGINT', abort).on('SIGTERM', abort);
  return controller.signal;
}

/** `| head` has read enough. */
function stopWithoutReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}
