/** Discovers and checks a backend through a gateway that is never closed; then has nothing more to do. */
import { createGateway } from 'causeway-proxy';

const [port = ''] = process.argv.slice(2);
const gateway = createGateway({
  backends: [{ url: `http://localhost:${port}`, discover: 'dns' }],
  health: { path: '/', intervalMs: 60_000, timeoutMs: 60_000 },
});
gateway.on('discovery', ({ state }) => process.send?.(state));
// Until the parent disconnects.
process.on('message', () => undefined);
