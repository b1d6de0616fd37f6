/** All checks, in the order in which they are shown. */
import { loadConfig } from '../../src/config.ts';
import { type Check, subject } from './check.ts';
import { dataFolder } from './data-folder.ts';
import { database } from './database.ts';
import { host, port } from './listening.ts';
import { backlog, clock, cores, memory, openFiles } from './machine.ts';
import { nats } from './nats.ts';
import { origins, proxies, traces } from './outside.ts';
import { node, packages, pages } from './project.ts';
import { redis } from './redis.ts';
import { authKeys, metricsToken, secretFiles } from './secrets.ts';

const configuration: Check = {
  what: 'configuration',
  look({ env }) {
    // what is wrong with it is thrown: one line that names the variable
    const { env: mode } = loadConfig(env);
    return [subject('configuration').ok(`valid, for ${mode}`)];
  },
};

export const checks: readonly Check[] = [
  node,
  packages,
  pages,
  configuration,
  port,
  host,
  dataFolder,
  database,
  redis,
  nats,
  openFiles,
  memory,
  cores,
  clock,
  backlog,
  authKeys,
  metricsToken,
  secretFiles,
  origins,
  proxies,
  traces,
];
