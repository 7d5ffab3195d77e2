import type { Socket } from 'node:net';
import type { FaultDefinitions, Place } from '../definition.ts';
import type { Scene } from '../scene.ts';
import { asHttp, asHttps, presenting } from '../secure.ts';
import { startAnswering, startHttp, startTcp } from '../servers.ts';

const ASKS_FOR_CERTIFICATE = { requestCert: true, rejectUnauthorized: true } as const;

/** A fatal alert, `protocol_version` (RFC 8446 section 6), in a record of TLS 1.0. */
const ALERT = '\x15\x03\x01\x00\x02\x02\x46';

export const tlsFaults = {
  tls_on_plaintext_port: {
    description: 'An https URL leads to a port that speaks plain HTTP.',
    start: async (scene) =>
      asHttps(await startHttp(scene, (_socket, _request, response) => response.end('ok'))),
  },
  'tls_on_plaintext_port/banner': {
    description: 'An https URL leads to a port that begins with an SSH banner.',
    start: async (scene) =>
      asHttps(await startTcp(scene, (socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n'))),
  },
  plaintext_on_tls_port: {
    description: 'An http URL leads to a port that speaks TLS, and closes the connection without an answer.',
    start: async (scene) => asHttp(await presenting({})(scene)),
  },
  'plaintext_on_tls_port/alert': {
    description: 'An http URL leads to a port that speaks TLS, and answers with an alert.',
    start: (scene) => startAnswering(scene, ALERT, (socket) => void socket.end()),
  },
  tls_handshake_failed: {
    description: 'The backend has no cipher in common with the gateway, and says so with an alert.',
    start: presenting({}, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }),
  },
  'tls_handshake_failed/version': {
    description: 'The backend knows TLS up to 1.1 only, and says so with an alert.',
    start: presenting({}, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  },
  'tls_handshake_failed/closed': {
    description: 'The backend closes the connection in the middle of the handshake.',
    start: (scene) => startHandshake(scene, (socket) => void socket.end()),
  },
  'tls_handshake_failed/reset': {
    description: 'The backend resets the connection in the middle of the handshake.',
    start: (scene) => startHandshake(scene, (socket) => void socket.resetAndDestroy()),
  },
  'tls_handshake_failed/client_certificate': {
    description:
      'The backend requires a client certificate, and speaks TLS 1.2, which has no alert that says so.',
    start: presenting({}, { ...ASKS_FOR_CERTIFICATE, maxVersion: 'TLSv1.2' }),
  },
  tls_client_certificate_required: {
    description: 'The backend requires a client certificate (TLS 1.3), and the gateway has none.',
    start: presenting({}, { ...ASKS_FOR_CERTIFICATE, minVersion: 'TLSv1.3' }),
  },
  tls_handshake_timeout: {
    description:
      'The backend accepts the connection, and does not answer the first message of the handshake.',
    options: { timeouts: { connectMs: 200 } },
    start: async (scene) => asHttps(await startTcp(scene, (socket) => void socket.resume())),
  },
} as const satisfies FaultDefinitions;

/** The first message of the handshake arrives, and then this happens. */
async function startHandshake(scene: Scene, onHello: (socket: Socket) => void): Promise<Place> {
  return asHttps(await startTcp(scene, (socket) => void socket.once('data', () => onHello(socket))));
}
