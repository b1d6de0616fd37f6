/** The network between clients and the house: slow, cut, or open on one side only. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  /** What is sent is swallowed, and nobody is told. */
  isHole: boolean;
}

export class Network {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #target = 0;
  #delayMs = 0;
  #isCut = false;
  /** Whether connections of now on lead nowhere. */
  #isHole = false;

  private constructor() {
    this.#server = createServer({ noDelay: true }, (near) => this.#join(near));
  }

  static async listen(): Promise<Network> {
    const network = new Network();
    network.#server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 });
    await once(network.#server, 'listening');
    return network;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Where it leads. */
  aim(port: number): void {
    this.#target = port;
  }

  /** From now on everything takes so long, in each direction. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Connections break, and no new one comes about until it is mended. */
  cut(): void {
    this.#isCut = true;
    for (const { near } of this.#links) near.resetAndDestroy();
  }

  /** Nothing gets through any more in each `nth` connection, and neither end is told. */
  swallow(nth: number): void {
    this.#isHole = nth === 1;
    let i = 0;
    for (const link of this.#links) link.isHole ||= i++ % nth === 0;
  }

  /** Connections that were swallowed break now: both ends notice. */
  mend(): void {
    this.#isCut = this.#isHole = false;
    this.#delayMs = 0;
    for (const { near, isHole } of this.#links) if (isHole) near.destroy();
  }

  close(): void {
    this.#server.close();
    for (const { near } of this.#links) near.destroy();
  }

  #join(near: Socket): void {
    if (this.#isCut) return void near.resetAndDestroy();
    const far = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    const link = { near, far, isHole: this.#isHole };
    this.#links.add(link);
    this.#carry(link, near, far);
    this.#carry(link, far, near);
    near.once('close', () => this.#links.delete(link));
  }

  /** Bytes in their order, each as long under way as the network is slow now. */
  #carry(link: Link, from: Socket, to: Socket): void {
    const under: { readonly bytes: Buffer | null; readonly due: number }[] = [];
    const arrive = (): void => {
      while (under.length > 0 && under[0]!.due <= performance.now()) {
        const { bytes } = under.shift()!;
        if (bytes === null) to.destroy();
        else if (!link.isHole && !to.destroyed) to.write(bytes);
      }
      if (under.length > 0) setTimeout(arrive, Math.max(1, under[0]!.due - performance.now()));
    };
    const send = (bytes: Buffer | null): void => {
      const due = Math.max(performance.now() + this.#delayMs, under.at(-1)?.due ?? 0);
      under.push({ bytes, due });
      if (under.length === 1) arrive();
    };
    from.on('data', send);
    from.on('error', () => from.destroy());
    // where it leads nowhere the other end hears of nothing
    from.on('close', () => (link.isHole && from === link.far ? undefined : send(null)));
  }
}
