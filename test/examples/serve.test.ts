import { describe, expect, it } from 'vitest';
import { startBackend } from './support/backend.ts';
import { Program } from './support/program.ts';

const FREE_PORTS = ['--express-port', '0', '--koa-port', '0'];

describe('the server', () => {
  it('serves both gateways until SIGINT', async () => {
    const server = new Program('demo/serve.ts', { args: FREE_PORTS });
    for (const name of ['Express', 'Koa']) {
      const [, address] = await server.waitFor(new RegExp(`^${name} +(http://\\S+)$`, 'm'));
      expect((await fetch(`${address}/api/orders`)).status).toBe(200);
      const broken = await fetch(`${address}/broken`);
      expect(broken.status).toBe(502);
      await server.waitFor(
        new RegExp(`^${name} GET /broken failed: ${broken.headers.get('proxy-cause')}`, 'm'),
      );
    }
    server.signal('SIGINT');
    expect(await server.exitCode()).toBe(0);
    expect(server.errors).toBe('');
  });

  it('answers the request under way before it ends', async () => {
    const server = new Program('demo/serve.ts', { env: { EXPRESS_PORT: '0', KOA_PORT: '0' } });
    const [, address] = await server.waitFor(/^Koa +(http:\S+)$/m);
    // Under way for 300 ms, its limit, at least.
    const answer = fetch(`${address}/slow`, { method: 'POST' });
    // The gateway has it once a later request on another connection has been answered.
    await fetch(`${address}/api`);
    server.signal('SIGTERM');
    expect((await answer).headers.get('proxy-cause')).toBe('first_byte_timeout');
    expect(await server.exitCode()).toBe(0);
  });

  it('names a port that is taken, and how to choose another', async () => {
    const { port } = new URL(await startBackend(() => undefined));
    const server = new Program('demo/serve.ts', { args: ['--express-port', '0', '--koa-port', port] });
    expect(await server.exitCode()).toBe(1);
    expect(server.errors).toContain(`Port ${port}, for the Koa gateway, is already in use.`);
    expect(server.errors).toContain('--koa-port');
    expect(server.errors).toContain('KOA_PORT=');
    expect(server.errors).not.toMatch(/^ +at /m);
  });

  it.each([
    [
      { args: ['--koa-port', '70000'] },
      '--koa-port must be a port from 0 (any free one) to 65535, got "70000"',
    ],
    [{ env: { EXPRESS_PORT: 'http' } }, 'EXPRESS_PORT must be a port'],
    [{ args: ['--port', '1'] }, "Unknown option '--port'"],
  ])('refuses %j in a readable way', async (options, message) => {
    const server = new Program('demo/serve.ts', options);
    expect(await server.exitCode()).toBe(1);
    expect(server.errors).toContain(message);
    expect(server.errors).not.toMatch(/^ +at /m);
  });
});
