/**
 * A balancer of TCP for development: each connection goes to the next server that takes it. A path that begins with `/p2/`
 * names the server that is tried first: so sockets mostly reach the process that has their room, and another one when that
 * is gone.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a request begins with, in the first bytes of a connection. */
const preferred = /^[A-Z]+ \/p(\d+)\//;

export class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Those of clients, by the port of the server that has them. */
  readonly #served = new Map<number, Set<Socket>>();
  #ports: readonly number[];
  #next = 0;

  private constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.#server = createServer({ noDelay: true }, (socket) => this.#take(socket));
  }

  /** Listens on the loopback address; port 0 takes a free one. */
  static async listen(port: number, targets: readonly number[]): Promise<Balancer> {
    const balancer = new Balancer(targets);
    balancer.#server.listen({ port, host: '127.0.0.1', backlog: 4_096 });
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The PUBLIC_ADDRESS of the server at this place of the list. */
  addressOf(place: number): string {
    return `127.0.0.1:${this.port}/p${place}`;
  }

  /** From now on connections go to these ports; 0 stands for a server that is gone. */
  aim(targets: readonly number[]): void {
    this.#ports = targets;
  }

  /** Cuts the connections of a server that does not answer: their clients come back, and find another. */
  cut(port: number): void {
    for (const socket of this.#served.get(port) ?? []) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #take(client: Socket): void {
    this.#sockets.add(client);
    client.on('error', () => {}).on('close', () => this.#sockets.delete(client));
    client.once('data', (head) => {
      client.pause();
      const place = preferred.exec(head.toString('latin1'))?.[1];
      this.#try(client, head, Number(place ?? this.#next++), this.#ports.length);
    });
  }

  #try(client: Socket, head: Buffer, place: number, left: number): void {
    if (left === 0 || client.destroyed) return void client.destroy();
    const nextOne = (): void => this.#try(client, head, place + 1, left - 1);
    const port = this.#ports[place % this.#ports.length]!;
    if (port === 0) return nextOne();
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    server.once('error', nextOne);
    server.once('connect', () => {
      server.off('error', nextOne).on('error', () => client.destroy());
      this.#note(port, client);
      server.write(head);
      client.pipe(server);
      server.pipe(client);
      client.on('close', () => server.destroy());
      server.on('close', () => client.destroy());
    });
  }

  #note(port: number, client: Socket): void {
    const served = this.#served.get(port) ?? new Set();
    this.#served.set(port, served.add(client));
    client.once('close', () => served.delete(client));
  }
}
