/**
 * The Colyseus room of one live match: who comes and goes, and the mirror of what is committed into the schema. It hosts
 * a Match (match.ts), which does the rest. A game's `room.ts` adds its state, and how the engine's view is mirrored.
 */
import { CloseCode, matchMaker, Room, ServerError, type RoomException } from '@colyseus/core';
import { StateView } from '@colyseus/schema';
import type { Principal } from '../auth/principal.ts';
import {
  encoderOf,
  forgetReturn,
  guardReservations,
  heldFor,
  reservations,
  reserveReturn,
  schemaFingerprint,
  skipRefIds,
} from './colyseus-internals.ts';
import type { Game } from './game.ts';
import { inspectRoom } from './inspect.ts';
import type { Inspection } from './inspected.ts';
import { Listed, type Listing } from './listing.ts';
import { Admission, notFound } from './admission.ts';
import type { Result } from './engine.ts';
import type { Match, Told } from './match.ts';
import { offerOf } from './match-options.ts';
import { MomentsToTell, type NumberedMoment } from './moments-to-tell.ts';
import { type MatchClient, People } from './people.ts';
import { Rematch, repeatMatch } from './rematch.ts';
import { type CheckedOptions, isPlayer, mayEnter } from './room-auth.ts';
import { answerMessages } from './room-messages.ts';
import type { RoomServices } from './room-services.ts';
import type { TableView } from './table-engine.ts';
import { seatOf, type Seats } from './seats.ts';
import { type MatchState, mirrorTable } from './table.ts';

export type MatchRoomClass = (new () => MatchRoom) & { readonly services: RoomServices; readonly game: Game };

/** How long a dropped client's seat is held for its session; later it joins again, into the same seat. */
const returnSeconds = 70;
/** How long a revived tick-based match waits for its players; a turn-based one waits for nobody but by its deadlines. */
const waitForPlayersMs = 10_000;
/** A tick-based match is mirrored in each third of its ticks: 20 times a second at 60 Hz. */
const ticksPerPatch = 3;
let rooms = 0;
/** Close code of a session whose account has joined again. */
const replaced = 4005;

export class MatchRoom<State extends MatchState = MatchState> extends Room<{
  state: State;
  metadata: Listing;
  client: MatchClient;
}> {
  static readonly services: RoomServices;
  static readonly game: Game;

  // Changes are sent as they are committed; this is only the beat of Colyseus' own clock.
  override patchRate = 1_000;
  #match!: Match;
  readonly #people = new People();
  readonly #rematch = new Rematch();
  readonly #admission = new Admission(
    this,
    () => this.#match.claim,
    () => this.#seats,
  );
  readonly #moments = new MomentsToTell();
  /** Log position up to which clients have been sent what is committed. */
  #shownN = 0;
  readonly #listed = new Listed(this, (seats) => this.#admission.isOpen(seats));
  #fingerprint = '';
  // rooms take turns, so that not all are mirrored in the same tick
  #beats = rooms++ % ticksPerPatch;
  #isLost = false;
  #isDraining = false;
  #joinedAt = -Infinity;

  /** What the game answers besides its commands: request → answer, for a seat. */
  protected answers(): Readonly<Record<string, (seat: number) => unknown>> {
    return {};
  }

  /** Whether this place in the log is committed: what must not be told before (an elimination) waits for that. */
  protected isTold(n: number): boolean {
    return n <= this.#match.committedN;
  }

  /** What a seat may see, or a spectator (null). */
  protected viewOf(seat: number | null): TableView<never> {
    return this.#match.view(seat) as TableView<never>;
  }

  get #services(): RoomServices {
    return (this.constructor as MatchRoomClass).services;
  }

  get #game(): Game {
    return (this.constructor as MatchRoomClass).game;
  }

  get #view(): TableView<never> {
    return this.viewOf(null);
  }

  get #seats(): Seats {
    return this.#view.seats;
  }

  override async onCreate(options: CheckedOptions): Promise<void> {
    this.maxMessagesPerSecond = Math.max(
      this.#services.maxMessagesPerSecond,
      this.#game.messagesPerSecond ?? 0,
    );
    const isRevived = await this.#openMatch(options);
    const { matchId, tenantId, game, epoch } = this.#match.claim;
    this.roomId = matchId;
    this.metadata = {
      tenantId,
      game,
      offer: offerOf(this.#view.options),
      phase: 'lobby',
      players: 0,
      started: '',
    };
    this.state = this.#game.table.make(this.#seats.list.length) as State;
    this.#fingerprint = schemaFingerprint(this);
    skipRefIds(this, epoch);
    guardReservations(
      this,
      (joining, auth) => this.#admission.admits(joining as CheckedOptions, auth as Principal),
      () => this.#expectPlayer(),
    );
    this.#listen();
    this.#tell();
    this.#services.logEvent(isRevived ? 'match_revived' : 'match_created', { matchId, tenantId, game });
    if (!isRevived) return this.#match.start();
    this.clock.setTimeout(() => this.#match.start(), waitForPlayersMs);
    this.clock.setTimeout(() => this.#markAbsent(), returnSeconds * 1000);
  }

  override async onJoin(client: MatchClient, options: CheckedOptions): Promise<void> {
    const principal = client.auth!;
    if (!mayEnter(principal, this.#match.claim)) throw notFound();
    const seat = isPlayer(principal, options) ? await this.#sit(principal) : null;
    this.#joinedAt = this.#services.clock.now();
    this.#welcome(client, seat);
    this.#services.logEvent('client_joined', { ...this.#who(client), seat });
  }

  override async onDrop(client: MatchClient, code?: number): Promise<void> {
    // Colyseus closes a misbehaving client only after this hook; such a one has no way back but to join again.
    if (code !== CloseCode.WITH_ERROR && code !== replaced && !this.#isLost)
      this.allowReconnection(client, returnSeconds).catch(() => {});
    this.#services.logEvent('client_dropped', { ...this.#who(client), code: code ?? 0 });
    if (this.#isCurrent(client)) await this.#match.seat({ type: 'away', account: client.auth!.accountId });
  }

  override async onReconnect(client: MatchClient): Promise<void> {
    const { accountId } = client.auth!;
    const seat = seatOf(this.#seats, accountId);
    if (seat >= 0) await this.#match.seat({ type: 'back', account: accountId });
    this.#welcome(client, seat >= 0 ? seat : null);
    this.#services.logEvent('client_returned', this.#who(client));
  }

  override async onLeave(client: MatchClient): Promise<void> {
    if (!client.auth) return forgetReturn(this);
    this.#services.logEvent('client_left', this.#who(client));
    if (!this.#isCurrent(client)) return;
    this.#people.leave(client);
    await this.#match.seat({ type: 'leave', account: client.auth.accountId });
  }

  /** Ends the match where it is over, and parks it otherwise. What is over is in history before it leaves the store. */
  override async onDispose(): Promise<void> {
    if (!this.#match) return;
    if (this.#isLost) return void (await this.#match.close('drop'));
    const { result } = this.#match;
    if (result && result.players.length > 0 && !(await this.#record()))
      return void (await this.#match.close('release'));
    // A room that was being made when the shutdown began is disposed of without its hook.
    const isDraining = this.#isDraining || matchMaker.state === matchMaker.MatchMakerState.SHUTTING_DOWN;
    if (!isDraining && (result || this.#seats.phase === 'lobby'))
      return void (await this.#match.close('remove'));
    // those who were sent away return to see the end; the store has one that is over woken, and then it is removed
    if (!isDraining) await this.#leaveAll();
    await this.#match.close('release');
  }

  /** Clock time at which the last client joined; -Infinity where nobody has. */
  get joinedAt(): number {
    return this.#joinedAt;
  }

  /** Whether somebody has a seat reserved, and is not here yet. */
  get isExpected(): boolean {
    return reservations(this).length > 0;
  }

  override onBeforeShutdown(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    void this.#sendAway();
  }

  override onUncaughtException(error: RoomException, where: string): void {
    this.#services.log.error(
      { matchId: this.roomId, where, error: error.cause ?? error },
      'uncaught exception in a room',
    );
  }

  /** Asked by the matchmaker's `reconnect`; a token proves itself, also after the process that gave it has died. */
  override checkReconnectionToken(token: string): string {
    return super.checkReconnectionToken(token) ?? this.sessionOf(token) ?? '';
  }

  /** The session that may return with this token, or null. */
  sessionOf(token: string): string | null {
    return this.#services.reconnection.session(token, this.#match.claim, this.#fingerprint);
  }

  /**
   * Holds the seat of a returning session, in place of a connection of it that still looks alive. False: not for this
   * match, or not of this account. Throws where the room is about to close: who came in now would keep it from that.
   */
  async expectReturn(sessionId: string, principal: Principal, token: string): Promise<boolean> {
    if (this.#isDraining || this.#isLost) throw new Error('the room is closing: come again');
    if (!mayEnter(principal, this.#match.claim)) return false;
    const stale = this.clients.getById(sessionId);
    const owner = (stale?.auth ?? heldFor(this, sessionId)) as Principal | undefined;
    if (owner && owner.accountId !== principal.accountId) return false;
    if (stale) (stale.ref as unknown as { terminate(): void }).terminate();
    else await reserveReturn(this, sessionId, principal, returnSeconds, token);
    return true;
  }

  /** Key moments that were found in the log of this match: `moment` to all who are here, after the patch that shows what it is about. */
  tellMoments(moments: readonly NumberedMoment[]): void {
    this.#moments.add(moments);
    this.#sendMoments();
  }

  /** For the monitor's page of one match, which any process may serve. */
  inspect(): Inspection {
    const { names } = this.#people;
    return inspectRoom(this.#match, { names, clients: this.clients.length, encoder: encoderOf(this) });
  }

  /** Opens the match of the claim that this room is revived with, or makes a new one. */
  async #openMatch({ request, tenantId }: CheckedOptions): Promise<boolean> {
    const listener = {
      told: ({ result }: Told) => {
        if (this.#match.isTickBased && this.#beats++ % ticksPerPatch > 0 && !result) return;
        this.#tell();
        if (result) this.#hasEnded(result);
      },
      lost: (why: string) => this.#lose(why),
      fault: (error: unknown) => this.#fault(error),
    };
    const { matches, takeClaim } = this.#services;
    const revived = takeClaim(this.roomId);
    const claim = revived ?? (await matches.create(this.#game, tenantId, request.options));
    this.#match = await matches.open(claim, listener);
    return revived !== null;
  }

  /** Throws ServerError where this principal can't come in. */
  mustAdmit(options: CheckedOptions, principal: Principal): void {
    this.#admission.check(options, principal);
  }

  /** A seat is reserved: where it was the last, no more strangers are sent here, unless it is not taken up in time. */
  #expectPlayer(): Promise<void> {
    this.clock.setTimeout(
      () => void this.#listed.update(this.#view),
      (this.seatReservationTimeout + 1) * 1000,
    );
    return this.#listed.update(this.#view);
  }

  async #sit({ accountId }: Principal): Promise<number> {
    const outcome = await this.#match.seat({ type: 'sit', account: accountId });
    if (!outcome.ok) throw new ServerError(409, `${outcome.code}: ${outcome.message}`);
    return seatOf(this.#seats, accountId);
  }

  #welcome(client: MatchClient, seat: number | null): void {
    client.userData = { seat };
    client.reconnectionToken = this.#services.reconnection.token(
      this.#match.claim,
      client.sessionId,
      this.#fingerprint,
    );
    if (seat === null) return;
    const before = this.#people.session(client.auth!.accountId);
    if (before && before.sessionId !== client.sessionId) before.leave(replaced);
    this.#people.enter(client);
    client.view = new StateView();
    client.view.add(this.state.seats[seat]!);
    this.#tell();
    if (this.#isComplete()) this.#match.start();
  }

  /** Whether all players who are not away are connected here. */
  #isComplete(): boolean {
    const present = this.#seats.list.filter(
      ({ account, awaySince }) => account !== null && awaySince === null,
    );
    return present.every(({ account }) => this.#people.has(account!));
  }

  #who(client: MatchClient): { matchId: string; accountId: string; tenantId: string } {
    const { accountId, tenantId } = client.auth!;
    return { matchId: this.roomId, accountId, tenantId };
  }

  #isCurrent(client: MatchClient): boolean {
    return this.#people.isCurrent(client) && !this.#isDraining;
  }

  #listen(): void {
    const { listMatches } = this.#services;
    answerMessages({
      onMessage: (type, give) => this.onMessage(type, give),
      commands: this.#game.commands,
      answers: this.answers(),
      command: (...command) => this.#match.command(...command),
      refused: (code) => this.#match.refused(code),
      rematch: (account) => (this.#match.result ? this.#askRematch(account) : undefined),
      listMatches,
      fault: (error) => this.#fault(error),
    });
  }

  async #askRematch(account: string): Promise<string | null> {
    const { tenantId } = this.#match.claim;
    const make = () => repeatMatch(this.#services.matches, this.#game, tenantId, this.#view);
    const matchId = await this.#rematch.vote(account, this.#seats, make);
    if (matchId) this.state.rematch = matchId;
    this.broadcastPatch();
    return matchId;
  }

  /** Mirrors what is committed, and sends it. */
  #tell(): void {
    const view = this.#view;
    const isOver = this.#match.result !== null;
    mirrorTable(this.state, view, { origin: this.#match.claim.origin, isOver }, this.#people.names);
    const see = (seat: number | null): TableView<never> => (seat === null ? view : this.viewOf(seat));
    this.#game.table.mirror(this.state, see, (n) => this.isTold(n));
    this.broadcastPatch();
    void this.#listed.update(view);
    this.#shownN = this.#match.committedN;
    this.#sendMoments();
  }

  #sendMoments(): void {
    for (const { number, type, seat, n, t, data } of this.#moments.take(this.#shownN))
      this.broadcast('moment', { number, type, seat, n, t, data });
  }

  #hasEnded({ reason = 'played' }: Result): void {
    this.#services.logEvent('match_ended', { matchId: this.roomId, game: this.#game.name, reason });
  }

  /** After a revival: who has not come back within the time that seats are held is away. */
  #markAbsent(): void {
    for (const { account } of this.#seats.list) {
      if (account !== null && !this.#people.has(account)) void this.#match.seat({ type: 'away', account });
    }
  }

  /** Before parking: with everyone away a match stands still, and is not woken to be played by bots alone. */
  async #leaveAll(): Promise<void> {
    for (const { account } of this.#seats.list) {
      if (account !== null) await this.#match.seat({ type: 'away', account });
    }
  }

  /** Whether the match is in history now. */
  async #record(): Promise<boolean> {
    try {
      return await this.#services.record(this.#match.claim.matchId);
    } catch (error) {
      this.#fault(error);
      return false;
    }
  }

  #lose(why: string): void {
    this.#isLost = true;
    this.#services.log.warn({ matchId: this.roomId, why }, 'a match has moved: its room is thrown away');
    void this.#sendAway();
  }

  /** Closes the room; its clients come back by themselves, to wherever the match is then. */
  async #sendAway(): Promise<void> {
    try {
      await this.disconnect(CloseCode.MAY_TRY_RECONNECT);
    } catch (error) {
      this.#fault(error);
    }
  }

  #fault(error: unknown): void {
    this.#services.log.error({ matchId: this.roomId, error }, 'a match had a fault, and goes on');
  }
}
