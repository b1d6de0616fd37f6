/** NATS with JetStream, where NATS_URL names one. */
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { serversOf } from '../../src/events/nats-servers.ts';
import { configured, type Finding, subject } from './check.ts';

const least = [2, 9] as const;
const leastPayload = 2 ** 20;
const leastStorage = 2 ** 30;

export const nats = configured({
  what: 'NATS',
  async look({ config }) {
    if (config.nats.url === null) return [];
    const connection = await connect({
      ...serversOf(config.nats.url),
      name: 'gamekeeper-doctor',
      timeout: 2_500,
      reconnect: false,
    }).catch((error: unknown) => {
      throw new Error(`it does not answer (${(error as Error).message}): look at NATS_URL`);
    });
    try {
      return [versionOf(connection), payloadOf(connection), await storageOf(connection)];
    } finally {
      await connection.close();
    }
  },
});

function versionOf({ info }: NatsConnection): Finding {
  const { ok, fail } = subject('NATS');
  const version = info?.version ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > least[0] || (major === least[0] && minor >= least[1]);
  return isNew ? ok(version) : fail(version, `use NATS ${least.join('.')} or newer`);
}

function payloadOf({ info }: NatsConnection): Finding {
  const { ok, fail } = subject('NATS payload');
  const most = info?.max_payload ?? 0;
  return most >= leastPayload ? ok(`${most} bytes`) : fail(`${most} bytes`, 'set max_payload to 1MB or more');
}

async function storageOf(connection: NatsConnection): Promise<Finding> {
  const { ok, warn, fail } = subject('JetStream');
  try {
    const account = await (await jetstreamManager(connection, { timeout: 2_000 })).getAccountInfo();
    const { max_storage } = account.limits;
    const used = `${Math.round(account.storage / 2 ** 20)} MiB used`;
    if (max_storage < 0) return ok(`${used}, without a limit for this account`);
    const shown = `${used} of ${Math.round(max_storage / 2 ** 20)} MiB`;
    if (max_storage >= leastStorage) return ok(shown);
    return warn(
      shown,
      'give its account 1 GiB: a full stream takes no events, and they wait in the database',
    );
  } catch {
    return fail('off', 'start nats-server with -js and -sd <folder>');
  }
}
