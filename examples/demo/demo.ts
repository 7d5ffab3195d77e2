/** Real traffic through an Express and a Koa gateway to backends that work and backends that do not. */
import { type Backends, startBackends } from './backends.ts';
import { readFlags, readSeconds } from './arguments.ts';
import { findProblems } from './check.ts';
import { formatLikeCurl } from './curl.ts';
import { createGatewayApps, type GatewayApp } from './gateways.ts';
import { interruption, run } from './program.ts';
import { showProgress } from './progress.ts';
import { ROUTES } from './routes.ts';
import { explainOutcomes, formatCount, summaryTable } from './summary.ts';
import { outcomeOf, Tally } from './tally.ts';
import { driveTraffic, type Entrance, type Result } from './traffic.ts';

const DEFAULT_SECONDS = '15';
const USAGE = `Usage: npm run demo -- [--seconds ${DEFAULT_SECONDS}]`;
/** What shells report for a program that was ended by Ctrl-C. */
const INTERRUPTED = 130;
/** Its failures are the most telling: more than one backend was tried. */
const SHOWN_ROUTE = '/broken';
const PATH_WIDTH = Math.max(...ROUTES.map(({ path }) => path.length));

await run(async () => {
  const seconds = readSeconds('--seconds', readFlags(['seconds'], USAGE).seconds ?? DEFAULT_SECONDS);
  const interrupted = interruption();
  const backends = await startBackends();
  try {
    return await demonstrate(backends, seconds, interrupted);
  } finally {
    await backends.close();
  }
});

async function demonstrate(backends: Backends, seconds: number, interrupted: AbortSignal): Promise<number> {
  const apps = createGatewayApps(backends);
  try {
    introduce(seconds);
    const { tally, shown } = await observeTraffic(await openAll(apps), seconds, interrupted);
    report(tally, shown);
    if (!conclude(tally, apps)) return 1;
    return interrupted.aborted ? INTERRUPTED : 0;
  } finally {
    await Promise.all(apps.map((app) => app.close()));
  }
}

function openAll(apps: readonly GatewayApp[]): Promise<Entrance[]> {
  return Promise.all(apps.map(async (app) => ({ gateway: app.name, address: await app.listen(0) })));
}

function introduce(seconds: number): void {
  const lines = (canSucceed: boolean): string[] =>
    ROUTES.filter((route) => route.canSucceed === canSucceed).map(
      ({ path, about }) => `  ${path.padEnd(PATH_WIDTH)}  ${about}`,
    );
  const text = [
    `\nAn Express and a Koa gateway, real backends behind them, ${seconds} s of mixed traffic.`,
    '\nRequests that can succeed must, whatever some of their backends do:',
    ...lines(true),
    '\nRequests that cannot succeed must fail fast and say why:',
    ...lines(false),
  ];
  console.log(`${text.join('\n')}\n`);
}

async function observeTraffic(
  entrances: readonly Entrance[],
  seconds: number,
  interrupted: AbortSignal,
): Promise<{ tally: Tally; shown: Result | undefined }> {
  const tally = new Tally();
  let shown: Result | undefined;
  const stopProgress = showProgress(tally, seconds, process.stdout);
  const end = AbortSignal.any([interrupted, AbortSignal.timeout(seconds * 1_000)]);
  await driveTraffic(entrances, end, (result) => {
    tally.add(result);
    if (isTelling(result)) shown ??= result;
  });
  stopProgress();
  return { tally, shown };
}

/** A failure that the curl command shown with it would get, too. */
function isTelling({ route, method, answer }: Result): boolean {
  return route.path === SHOWN_ROUTE && method === 'GET' && outcomeOf(answer).kind === 'failed';
}

function report(tally: Tally, shown: Result | undefined): void {
  const groups = tally.groups();
  console.log(['', ...summaryTable(groups), '', ...explainOutcomes(groups)].join('\n'));
  if (!shown || shown.answer instanceof Error) return;
  console.log(`\nOne of the failures, as its client saw it:\n\n$ curl -i ${shown.url}`);
  console.log(formatLikeCurl(shown.answer).join('\n'));
}

/** Says whether the promises were kept. */
function conclude(tally: Tally, apps: readonly GatewayApp[]): boolean {
  const names = apps.map(({ name }) => name);
  const problems = findProblems(tally.groups(), names);
  if (problems.length > 0) {
    console.error(`\nThis should not have happened:\n${problems.map((line) => `  ${line}`).join('\n')}`);
    return false;
  }
  const succeeded = tally.count(({ kind }) => kind === 'succeeded');
  const failed = tally.count() - succeeded;
  console.log(
    `\nAll ${formatCount(succeeded)} requests that could succeed did; all ${formatCount(failed)} others said why.\nTry them by hand: npm start\n`,
  );
  return true;
}
