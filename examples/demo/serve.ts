/** The gateways of the demo on fixed ports, to be tried by hand, until Ctrl-C. */
import { once } from 'node:events';
import { readFlags, readPort } from './arguments.ts';
import { type Backends, startBackends } from './backends.ts';
import { createGatewayApps, type GatewayApp } from './gateways.ts';
import { interruption, run, UsageError } from './program.ts';
import { ROUTES } from './routes.ts';

/** How to choose the port of each gateway. */
const PORTS = {
  Express: { flag: 'express-port', variable: 'EXPRESS_PORT', fallback: '8080' },
  Koa: { flag: 'koa-port', variable: 'KOA_PORT', fallback: '8081' },
} as const;
const USAGE =
  'Usage: npm start -- [--express-port 8080] [--koa-port 8081]\n' +
  'or the environment variables EXPRESS_PORT and KOA_PORT; 0 takes any free port';

type Ports = Record<GatewayApp['name'], number>;

await run(async () => {
  const ports = readPorts();
  const interrupted = interruption();
  const backends = await startBackends();
  try {
    return await serve(backends, ports, interrupted);
  } finally {
    await backends.close();
  }
});

async function serve(backends: Backends, ports: Ports, interrupted: AbortSignal): Promise<number> {
  const apps = createGatewayApps(backends);
  try {
    const addresses = [];
    for (const app of apps) addresses.push(await open(app, ports[app.name]));
    introduce(apps, addresses);
    for (const app of apps) logEvents(app);
    if (!interrupted.aborted) await once(interrupted, 'abort');
    console.log('\nFinishing the requests under way.');
    return 0;
  } finally {
    await Promise.all(apps.map((app) => app.close()));
  }
}

function readPorts(): Ports {
  const flags = readFlags([PORTS.Express.flag, PORTS.Koa.flag], USAGE);
  const port = ({ flag, variable, fallback }: (typeof PORTS)[GatewayApp['name']]): number => {
    const given = flags[flag];
    if (given !== undefined) return readPort(`--${flag}`, given);
    return readPort(variable, process.env[variable] ?? fallback);
  };
  return { Express: port(PORTS.Express), Koa: port(PORTS.Koa) };
}

async function open(app: GatewayApp, port: number): Promise<string> {
  try {
    return await app.listen(port);
  } catch (error) {
    throw new UsageError(whyNot(error, app.name, port), { cause: error });
  }
}

function whyNot(error: unknown, name: GatewayApp['name'], port: number): string {
  const { flag, variable } = PORTS[name];
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = code === 'EADDRINUSE' ? 'is already in use' : `cannot be used (${String(code ?? error)})`;
  return (
    `Port ${port}, for the ${name} gateway, ${reason}.\n` +
    `Choose another, here 9090: npm start -- --${flag} 9090, or ${variable}=9090 npm start`
  );
}

function introduce(apps: readonly GatewayApp[], addresses: readonly string[]): void {
  const [address = ''] = addresses;
  const urls = ROUTES.map(({ path }) => `${address}${path}`);
  const width = Math.max(...urls.map((url) => url.length));
  const text = [
    '',
    ...apps.map(({ name }, index) => `${name.padEnd(8)} ${addresses[index]}`),
    '\nTry, at either address, more than once and also with -d x=1 for a POST:',
    ...ROUTES.map(({ about }, index) => `  curl -i ${urls[index]?.padEnd(width)}  # ${about}`),
    '\nFailures and breakers, as they come (Ctrl-C stops):',
  ];
  console.log(text.join('\n'));
}

function logEvents({ name, mounted }: GatewayApp): void {
  for (const { route, gateway } of mounted) {
    gateway.on('exchange', ({ method, cause, status, attemptCount, ms }) => {
      if (!cause) return;
      const result = status ? `passed ${status} on` : 'failed';
      console.log(
        `${name} ${method} ${route.path} ${result}: ${cause}, attempts: ${attemptCount}, ${ms.toFixed(1)} ms`,
      );
    });
    gateway.on('breaker', ({ backend, state, cause }) => {
      console.log(`${name} ${route.path} breaker of ${backend}: ${state}${cause ? `, after ${cause}` : ''}`);
    });
  }
}
