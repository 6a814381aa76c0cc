import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { until } from './until.ts';

type Place = { readonly port: number } | { readonly path: string };

/** Answers the port, which is free until now. */
export async function listenOnLoopback(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A port for a program that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until a program accepts connections at its port or socket. */
export async function untilListening(place: Place): Promise<void> {
  await until(() => canConnect(place));
}

function canConnect(place: Place): Promise<boolean> {
  const address = 'port' in place ? { host: '127.0.0.1', ...place } : place;
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
