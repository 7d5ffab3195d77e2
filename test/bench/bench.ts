import { killChildrenOnExit, stopChildren } from './child.ts';
import { describeEnvironment } from './environment.ts';
import { HELP, readOptions, UsageError, type BenchOptions } from './options.ts';
import { failureLines, formatEnvironment, formatJson, formatReport } from './report.ts';
import { runRounds } from './rounds.ts';
import { summarizeAll } from './summary.ts';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

async function bench(options: BenchOptions): Promise<void> {
  const environment = describeEnvironment();
  // In JSON mode standard output carries nothing but the report.
  const print = options.json ? console.error : console.log;
  print(`${formatEnvironment(environment, options)}\n`);
  const { directRequestsPerSecond, measured } = await runRounds(options, console.error);
  const summaries = summarizeAll(measured);
  print(`\n${formatReport(directRequestsPerSecond, summaries)}`);
  if (options.json) console.log(formatJson(environment, options, directRequestsPerSecond, summaries));
  const failures = failureLines(summaries);
  for (const line of failures) console.error(line);
  if (failures.length > 0) process.exitCode = EXIT_FAILURE;
}

function optionsOrExit(): BenchOptions {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options !== null) return options;
    console.log(HELP);
    return process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`bench: ${error.message}\n\n${HELP}`);
    return process.exit(EXIT_USAGE);
  }
}

killChildrenOnExit();
const options = optionsOrExit();
try {
  await bench(options);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = EXIT_FAILURE;
} finally {
  await stopChildren();
}
