/** Every instrument of the house: its name, what it means, its labels, and the buckets that fit what it measures. */
import { counter, gauge, histogram } from './tallies.ts';

/** In seconds: a move is answered within milliseconds, and one that took a second was an outage. */
const moves = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];
/** A step of a move: the rules decide within microseconds. */
const steps = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1];
/** What crosses a network, and is tried again for seconds. */
const calls = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 20];
const requests = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export type Instruments = ReturnType<typeof createInstruments>;

export function createInstruments() {
  return { ...ofMatches(), ...ofSockets(), ...ofHttp(), ...ofDependencies(), ...ofProcess() };
}

function ofMatches() {
  return {
    rooms: gauge('gamekeeper_rooms', 'Live matches in this process.', ['game']),
    seats: gauge('gamekeeper_seats', 'Seats of live matches: of a person, of a bot, or free.', [
      'game',
      'taken_by',
    ]),
    commands: counter('gamekeeper_commands_total', 'Commands, accepted or refused.', ['game', 'outcome']),
    refusals: counter(
      'gamekeeper_refusals_total',
      'Commands that were refused, by the code of the refusal.',
      ['game', 'code'],
    ),
    commandSeconds: histogram(
      'gamekeeper_command_duration_seconds',
      'From the arrival of a command to its answer.',
      ['game'],
      moves,
    ),
    stepSeconds: histogram(
      'gamekeeper_command_step_duration_seconds',
      'Steps of a batch of commands: wait (of its first), rules, commit, tell.',
      ['game', 'step'],
      steps,
    ),
    commits: counter('gamekeeper_commits_total', 'Commits of matches, by what the store answered.', [
      'game',
      'status',
    ]),
    committedEntries: counter('gamekeeper_committed_entries_total', 'Entries that were committed.', ['game']),
    commitSeconds: histogram(
      'gamekeeper_commit_duration_seconds',
      'From sending a commit to the answer of the store, however often it was sent.',
      ['game'],
      calls,
    ),
    events: counter(
      'gamekeeper_events_total',
      'Business events, as they stand in the log; `reason`: how a match ended.',
      ['event', 'game', 'reason'],
    ),
  };
}

function ofSockets() {
  return {
    connections: gauge('ws_connections_active', 'Sockets that are open in this process.', []),
    connects: counter('ws_connect_total', 'Sockets that were opened.', []),
    disconnects: counter('ws_disconnect_total', 'Sockets that were closed, by why.', ['reason']),
    heartbeatFailures: counter(
      'ws_heartbeat_failures_total',
      'Sockets that were closed because their pings had no answer.',
      [],
    ),
  };
}

function ofHttp() {
  return {
    requests: counter('gamekeeper_http_requests_total', 'Requests, by the class of their status.', [
      'route',
      'method',
      'status',
    ]),
    requestSeconds: histogram(
      'gamekeeper_http_request_duration_seconds',
      'From the head of a request to the end of its answer.',
      ['route'],
      requests,
    ),
    httpErrors: counter('gamekeeper_http_errors_total', 'Requests answered with an error, by its code.', [
      'route',
      'code',
    ]),
    upgrades: counter(
      'gamekeeper_http_upgrades_total',
      'Sockets that asked to come in: `ok`, or the code of the refusal.',
      ['code'],
    ),
    malformed: counter('gamekeeper_http_malformed_total', 'What was no HTTP, by the code of the parser.', [
      'code',
    ]),
  };
}

function ofDependencies() {
  return {
    dependencyUp: gauge('gamekeeper_dependency_up', 'Whether a dependency answers: 1 or 0.', ['dependency']),
    breaker: gauge('gamekeeper_breaker_state', 'The state in which a breaker is has 1, the others 0.', [
      'guard',
      'state',
    ]),
    retries: counter('gamekeeper_guard_retries_total', 'Attempts that failed and were made again.', [
      'guard',
    ]),
    rejections: counter('gamekeeper_guard_rejections_total', 'Work that a guard did not let through.', [
      'guard',
      'reason',
    ]),
    failures: counter('gamekeeper_guard_failures_total', 'Attempts that a dependency did not answer.', [
      'guard',
    ]),
    callSeconds: histogram(
      'gamekeeper_guard_call_duration_seconds',
      'Attempts at a dependency, answered or not.',
      ['guard'],
      calls,
    ),
    backlog: gauge(
      'gamekeeper_stream_backlog_records',
      'Records of the event stream that a reader has not handled yet; absent while that is not known.',
      ['reader'],
    ),
    poolConnections: gauge('gamekeeper_database_connections', 'Connections to PostgreSQL.', ['state']),
    poolMost: gauge('gamekeeper_database_connections_max', 'Most connections to PostgreSQL.', []),
    poolWaiting: gauge(
      'gamekeeper_database_waiting',
      'Queries and transactions that wait for a connection.',
      [],
    ),
    verifications: gauge('gamekeeper_verifications_pending', 'Matches that are being verified, or wait.', []),
  };
}

function ofProcess() {
  return {
    build: gauge('gamekeeper_build_info', 'The version that runs; always 1.', ['version']),
    draining: gauge('gamekeeper_draining', 'Whether the process is about to end: 1 or 0.', []),
  };
}
