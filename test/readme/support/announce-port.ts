/** Preloaded into a snippet: tells on which port its server listens, since the snippet itself says nothing. */
import { channel } from 'node:diagnostics_channel';
import type { AddressInfo, Server } from 'node:net';

channel('tracing:net.server.listen:asyncEnd').subscribe((message) => {
  const { server } = message as { readonly server: Server };
  console.log('port %d', (server.address() as AddressInfo).port);
});
