/**
 * The Colyseus room of one live match: authentication, seats, the mirror into the schema, coming and going. It hosts a
 * Match (match.ts), which does the rest; a game's `room.ts` adds its state and how the engine's view is mirrored into it.
 */
import {
  CloseCode,
  Room,
  ServerError,
  type AuthContext,
  type Client,
  type RoomException,
} from '@colyseus/core';
import { type Schema, StateView } from '@colyseus/schema';
import { ZodError, type z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import {
  forgetReturn,
  guardReservations,
  reserveReturn,
  schemaFingerprint,
  skipRefIds,
} from './colyseus-internals.ts';
import type { Game } from './game.ts';
import type { Match } from './match.ts';
import { parseJoinOptions, type JoinRequest } from './match-options.ts';
import { Rematch } from './rematch.ts';
import { answer, commandSchemas, parseCommand, refuse, type Reply } from './room-commands.ts';
import type { RoomServices } from './room-services.ts';
import type { TableView } from './rules-engine.ts';
import { isFree, seatOf, type Seats } from './seats.ts';
import { mirrorTable, type TableState } from './table.ts';

export interface Listing {
  tenantId: string;
  game: string;
  phase: string;
  players: number;
  startedAt: number;
}

export type MatchClient = Client<{ auth: Principal; userData: { seat: number | null } }>;
export type MatchState = Schema & TableState;
export type MatchRoomClass = (new () => MatchRoom) & { readonly services: RoomServices; readonly game: Game };

/** How long a dropped client's seat is held for its session; afterwards it joins again, into the same seat. */
const returnSeconds = 70;
/** Close code of a session whose account has joined again elsewhere. */
const replaced = 4005;

export abstract class MatchRoom<State extends MatchState = MatchState> extends Room<{
  state: State;
  metadata: Listing;
  client: MatchClient;
}> {
  /** Set by `bindRoom`; a room class is made once for each server. */
  static readonly services: RoomServices;
  static readonly game: Game;

  // Changes are sent when they are committed; this is only the beat of Colyseus' own clock.
  override patchRate = 1_000;
  protected match!: Match;
  #players = new Map<string, MatchClient>();
  #names = new Map<string, string>();
  #listed = '';
  #fingerprint = '';
  #isLost = false;
  #isDraining = false;
  #rematch = new Rematch();

  /** Sets the fields of the game's state from what the engine shows: `view(null)` to all, `view(seat)` to one. */
  protected abstract mirror(view: (seat: number | null) => TableView<never>): void;
  protected abstract seatState(seat: number): Schema;

  get #class(): MatchRoomClass {
    return this.constructor as unknown as MatchRoomClass;
  }

  get #services(): RoomServices {
    return this.#class.services;
  }

  get #view(): TableView<never> {
    return this.match.view(null) as TableView<never>;
  }

  get #seats(): Seats {
    return this.#view.seats;
  }

  /** Verifies the token and replaces the options by the checked ones: the matchmaker filters by them. */
  static override async onAuth(
    this: MatchRoomClass,
    token: string,
    options: unknown,
    context: AuthContext,
  ): Promise<Principal> {
    return authorize(this, token, options as Record<string, unknown>, context);
  }

  override async onCreate(checked: { request?: JoinRequest; tenantId?: string }): Promise<void> {
    const { services, game } = this.#class;
    this.maxMessagesPerSecond = services.maxMessagesPerSecond;
    this.seatReservationTimeout = 15;
    const listener = {
      told: () => this.#tell(),
      lost: (why: string) => this.#lose(why),
      fault: (error: unknown) => this.#fault(error),
    };
    const claim = services.takeClaim(this.roomId);
    this.match = claim
      ? await services.matches.open(claim, listener)
      : await services.matches.create(game, checked.tenantId!, checked.request!.options, listener);
    const { matchId, tenantId, origin, epoch } = this.match.claim;
    this.roomId = matchId;
    this.metadata = { tenantId, game: game.name, phase: 'lobby', players: 0, startedAt: origin };
    this.#fingerprint = schemaFingerprint(this);
    this.state.origin = origin;
    skipRefIds(this, epoch);
    guardReservations(this, (options, auth) =>
      this.#admits(options as { request?: JoinRequest }, auth as Principal),
    );
    this.#listen(game);
    this.#tell();
    if (claim) this.clock.setTimeout(() => this.#markAbsent(), returnSeconds * 1000);
  }

  override async onJoin(client: MatchClient, options: { request?: JoinRequest }): Promise<void> {
    const principal = client.auth!;
    if (!this.#mayEnter(principal)) throw new ServerError(404, 'match/not_found: there is no such match');
    const seat = this.#isPlayer(options, principal) ? await this.#sit(principal) : null;
    this.#welcome(client, seat);
  }

  override async onDrop(client: MatchClient, code?: number): Promise<void> {
    // Colyseus closes a client that misbehaves only after this hook, and a misbehaving one has no way back but to join.
    if (code !== CloseCode.WITH_ERROR && !this.#isLost)
      this.allowReconnection(client, returnSeconds).catch(() => {});
    if (this.#isCurrent(client) && !this.#isDraining)
      await this.match.seat({ type: 'away', account: client.auth!.accountId });
  }

  override async onReconnect(client: MatchClient): Promise<void> {
    const { accountId } = client.auth!;
    const seat = seatOf(this.#seats, accountId);
    if (seat >= 0) await this.match.seat({ type: 'back', account: accountId });
    this.#welcome(client, seat >= 0 ? seat : null);
  }

  override async onLeave(client: MatchClient): Promise<void> {
    if (!client.auth) return forgetReturn(this);
    if (!this.#isCurrent(client)) return;
    const { accountId } = client.auth;
    this.#players.delete(accountId);
    if (!this.#isDraining) await this.match.seat({ type: 'leave', account: accountId });
  }

  /** Parks the match, or ends it where it is over; what is over is in history before it leaves the store. */
  override async onDispose(): Promise<void> {
    if (!this.match) return;
    if (this.#isLost) return void (await this.match.close('drop'));
    const { result } = this.match;
    if (result && result.players.length > 0 && !(await this.#record()))
      return void (await this.match.close('release'));
    if (result || this.#seats.phase === 'lobby') return void (await this.match.close('remove'));
    if (!this.#isDraining) await this.#leaveAll();
    await this.match.close('release');
  }

  override onBeforeShutdown(): void {
    this.#isDraining = true;
    void this.disconnect(CloseCode.MAY_TRY_RECONNECT);
  }

  override onUncaughtException(error: RoomException, where: string): void {
    this.#services.log.error(
      { matchId: this.roomId, where, error: error.cause ?? error },
      'uncaught exception in a room',
    );
  }

  /** A client may return with this token: its session, or null. Also asked by the matchmaker's `reconnect`. */
  sessionOf(token: string): string | null {
    return this.#services.reconnection.session(token, this.roomId, this.#fingerprint);
  }

  override checkReconnectionToken(token: string): string {
    return super.checkReconnectionToken(token) ?? this.sessionOf(token) ?? '';
  }

  /** Holds the seat of a returning session, in place of a connection of it that may still look alive. */
  async expectReturn(sessionId: string, principal: Principal, token: string): Promise<boolean> {
    if (!this.#mayEnter(principal)) return false;
    const stale = this.clients.getById(sessionId);
    if (stale) (stale.ref as unknown as { terminate(): void }).terminate();
    else await reserveReturn(this, sessionId, principal, returnSeconds, token);
    return true;
  }

  #mayEnter(principal: Principal): boolean {
    return (
      principal.tenantId === this.match.claim.tenantId &&
      (principal.matchId === undefined || principal.matchId === this.match.claim.matchId)
    );
  }

  #isPlayer(options: { request?: JoinRequest }, principal: Principal): boolean {
    return principal.permission === 'play' && options.request?.spectate !== true;
  }

  /** Whether a seat reservation can be had: spectators always; players while a seat is free, or is theirs. */
  #admits(options: { request?: JoinRequest }, principal: Principal): boolean {
    if (!this.#mayEnter(principal)) return false;
    const { phase, list } = this.#seats;
    if (!this.#isPlayer(options, principal) || seatOf(this.#seats, principal.accountId) >= 0) return true;
    return phase === 'lobby' && list.some(isFree);
  }

  async #sit({ accountId, name }: Principal): Promise<number> {
    this.#names.set(accountId, name);
    const outcome = await this.match.seat({ type: 'sit', account: accountId });
    if (!outcome.ok) throw new ServerError(409, `${outcome.code}: ${outcome.message}`);
    const seat = seatOf(this.#seats, accountId);
    const before = this.#players.get(accountId);
    if (before) before.leave(replaced);
    return seat;
  }

  #welcome(client: MatchClient, seat: number | null): void {
    const { accountId, name } = client.auth!;
    client.userData = { seat };
    client.reconnectionToken = this.#services.reconnection.token(
      this.roomId,
      client.sessionId,
      this.#fingerprint,
    );
    if (seat === null) return;
    this.#players.set(accountId, client);
    this.#names.set(accountId, name);
    client.view = new StateView();
    client.view.add(this.seatState(seat));
    this.#tell();
  }

  #isCurrent(client: MatchClient): boolean {
    return this.#players.get(client.auth?.accountId ?? '')?.sessionId === client.sessionId;
  }

  #listen(game: Game): void {
    for (const [name, schema] of commandSchemas(game.commands)) {
      this.onMessage(name, (client: MatchClient, message: unknown, reply: Reply) =>
        this.#command(client, name, schema, message, reply),
      );
    }
    this.onMessage('rematch', (client: MatchClient, _message: unknown, reply: Reply) =>
      this.#wantRematch(client, reply),
    );
    this.onMessage('list_matches', (client: MatchClient, query: unknown, reply: Reply) =>
      this.#list(client, query, reply),
    );
    this.onMessage('*', (client: MatchClient, type: string | number) => {
      refuse(
        client,
        { reject: () => {} },
        { code: 'command/unknown', message: `there is no command ${String(type).slice(0, 32)}` },
      );
    });
  }

  async #command(
    client: MatchClient,
    name: string,
    schema: z.ZodType,
    message: unknown,
    reply: Reply,
  ): Promise<unknown> {
    const parsed = parseCommand(schema, message);
    if ('code' in parsed) return refuse(client, reply, parsed);
    const seat = client.userData?.seat ?? null;
    if (seat === null)
      return refuse(client, reply, { id: parsed.id, code: 'seat/none', message: 'spectators watch' });
    return answer(client, reply, parsed.id, await this.match.command(seat, parsed.id, name, parsed.payload));
  }

  async #list(client: MatchClient, query: unknown, reply: Reply): Promise<unknown> {
    try {
      return await this.#services.listMatches(client.auth!, query ?? {});
    } catch (error) {
      const { code, message } = error as { code?: unknown; message: string };
      if (typeof code === 'string') return refuse(client, reply, { code, message });
      this.#fault(error);
      return refuse(client, reply, { code: 'internal', message: 'this could not be answered; try again' });
    }
  }

  async #wantRematch(client: MatchClient, reply: Reply): Promise<unknown> {
    const seat = client.userData?.seat ?? null;
    if (seat === null || !this.match.result)
      return refuse(client, reply, {
        code: 'rematch/not_over',
        message: 'players ask for it when the match has ended',
      });
    const next = await this.#rematch.vote(
      client.auth!.accountId,
      this.#view,
      this.match,
      this.#services,
      this.#class.game,
    );
    if (next && !this.state.rematch) {
      this.state.rematch = next;
      this.broadcastPatch();
    }
    return { matchId: next };
  }

  /** Mirrors what is committed and sends it. */
  #tell(): void {
    mirrorTable(this.state, this.#view, this.#names);
    this.mirror((seat) => this.match.view(seat) as TableView<never>);
    this.broadcastPatch();
    this.#list_();
  }

  /** Keeps the matchmaker's listing true: only a lobby with a free seat is offered. */
  #list_(): void {
    const { phase, list } = this.#seats;
    const players = list.filter((seat) => seat.account !== null).length;
    const listed = `${phase} ${players} ${list.some(isFree)}`;
    if (listed === this.#listed) return;
    this.#listed = listed;
    const isOffered = phase === 'lobby' && list.some(isFree);
    void this.setMatchmaking({ private: !isOffered, metadata: { ...this.metadata, phase, players } });
  }

  #markAbsent(): void {
    for (const { account } of this.#seats.list) {
      if (account !== null && !this.#players.has(account)) void this.match.seat({ type: 'away', account });
    }
  }

  async #leaveAll(): Promise<void> {
    for (const { account } of this.#seats.list) {
      if (account !== null) await this.match.seat({ type: 'away', account });
    }
  }

  async #record(): Promise<boolean> {
    try {
      await this.#services.record(this.match);
      return true;
    } catch (error) {
      this.#fault(error);
      return false;
    }
  }

  #lose(why: string): void {
    this.#isLost = true;
    this.#services.log.warn(
      { matchId: this.roomId, why },
      'a match is claimed elsewhere: its room is thrown away',
    );
    void this.disconnect(CloseCode.MAY_TRY_RECONNECT);
  }

  #fault(error: unknown): void {
    this.#services.log.error({ matchId: this.roomId, error }, 'a match had a fault and goes on');
  }
}

async function authorize(
  { services, game }: MatchRoomClass,
  token: string,
  options: Record<string, unknown>,
  context: AuthContext,
): Promise<Principal> {
  try {
    const principal = services.authenticate(token);
    const request = parseJoinOptions(game.options, services.defaults, options);
    for (const name of Object.keys(options)) delete options[name];
    Object.assign(options, { request, tenantId: principal.tenantId, offer: request.offer });
    return principal;
  } catch (error) {
    throw asServerError(error);
  }
}

function asServerError(error: unknown): ServerError {
  if (error instanceof ZodError) {
    const { path, message } = error.issues[0]!;
    return new ServerError(400, `options/invalid: ${path.join('.') || 'options'}: ${message}`);
  }
  const { code, message } = error as { code?: unknown; message: string };
  return typeof code === 'string' ? new ServerError(401, `${code}: ${message}`) : (error as ServerError);
}

/** The room class of a game with its services: Colyseus makes rooms by `new`, without arguments. */
export function bindRoom(game: Game, services: RoomServices): MatchRoomClass {
  return class extends game.room {
    static override readonly services = services;
    static override readonly game = game;
  };
}
